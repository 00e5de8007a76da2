import { useLocation } from 'preact-iso';
import { ask, v1 } from '../api/client.ts';
import { useAnswer } from '../api/use-answer.ts';
import { Choice } from '../parts/choice.tsx';
import { listAddress } from './addresses.ts';

const STATES = ['received', 'routed', 'suggested', 'triaged', 'shadowed'];

/** Choices that narrow the list; each is a new address. */
export function Filters({ given }: { given: Record<string, string> }) {
  const { route } = useLocation();
  const { data: taxonomy } = useAnswer('taxonomy', () => ask(v1.taxonomy.$get({})));
  const categories = taxonomy?.categories ?? [];
  const teams = [...new Set([...categories.map(({ team }) => team), 'triage'])].sort();
  const choose = (name: string, value: string) => route(listAddress({ ...given, cursor: undefined, [name]: value }));
  const open = (text: string) => text !== '' && route(`/tickets/${encodeURIComponent(text)}`);
  return (
    <div class="filters">
      <label class="wide">
        <span>Words</span>
        <input
          type="search"
          key={given['q'] ?? ''}
          defaultValue={given['q'] ?? ''}
          placeholder="subject or new text"
          onChange={(event) => choose('q', event.currentTarget.value.trim())}
        />
      </label>
      <Choice label="Stands" name="state" options={STATES} given={given} choose={choose} />
      <Choice label="Team" name="team" options={teams} given={given} choose={choose} />
      <Choice
        label="Category"
        name="category"
        options={categories.map(({ key }) => key)}
        given={given}
        choose={choose}
      />
      <Choice label="Really is" name="truth" options={categories.map(({ key }) => key)} given={given} choose={choose} />
      <Day label="From" name="received_from" given={given} choose={choose} />
      <Day label="Before" name="received_before" given={given} choose={choose} />
      <label>
        <span>Open by id</span>
        <input
          type="search"
          size={9}
          placeholder="api:T-1"
          onKeyDown={(event) => event.key === 'Enter' && open(event.currentTarget.value.trim())}
        />
      </label>
    </div>
  );
}

interface DayProps {
  label: string;
  name: string;
  given: Record<string, string>;
  choose: (name: string, value: string) => void;
}

/** A day by which tickets came in, as its first moment (UTC). */
function Day({ label, name, given, choose }: DayProps) {
  return (
    <label>
      <span>{label}</span>
      <input
        type="date"
        value={given[name]?.slice(0, 10) ?? ''}
        onChange={({ currentTarget: { value } }) => choose(name, value === '' ? '' : `${value}T00:00:00Z`)}
      />
    </label>
  );
}
