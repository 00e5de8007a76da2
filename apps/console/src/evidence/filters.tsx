import { useLocation } from 'preact-iso';
import { ask, v1 } from '../api/client.ts';
import { useAnswer } from '../api/use-answer.ts';
import { type Asked, evidenceAddress } from './asked.ts';

const DAY_MS = 86_400_000;

const PERIODS = [
  { days: 7, name: 'last 7 days' },
  { days: 30, name: 'last 30 days' },
  { days: 90, name: 'last 90 days' },
];

/** Which filters the reports of a view take. */
const TAKES: Record<string, readonly string[]> = {
  quality: ['source', 'engine', 'basis'],
  learning: ['source', 'engine'],
  automation: ['source', 'engine'],
  operations: ['source', 'engine'],
};

/** Choices that narrow what is shown; each is a new address. */
export function Filters({ view, asked }: { view: string; asked: Asked }) {
  const { route } = useLocation();
  const { data } = useAnswer('sources', () => ask(v1.sources.$get()));
  const takes = TAKES[view] ?? [];
  const choose = (changed: Record<string, string | undefined>) =>
    route(evidenceAddress(view, { ...asked, ...changed }));
  return (
    <div class="filters">
      <Period asked={asked} choose={choose} />
      {takes.includes('source') && (
        <Choice
          label="Source"
          value={asked.source}
          options={(data?.sources ?? []).map(({ name }) => [name, name])}
          choose={(source) => choose({ source })}
        />
      )}
      {takes.includes('engine') && (
        <Choice
          label="Engine"
          value={asked.engine}
          options={[
            ['claude', 'Claude'],
            ['local', 'local model'],
            ['reused', 'taken over'],
          ]}
          choose={(engine) => choose({ engine })}
        />
      )}
      {takes.includes('basis') && (
        <label>
          <span>Whose word counts</span>
          <select value={asked.basis} onChange={(event) => choose({ basis: event.currentTarget.value })}>
            <option value="assumed">everyone's, silence is agreement</option>
            <option value="judged">only where somebody judged</option>
            <option value="audit">only blind audits</option>
          </select>
        </label>
      )}
    </div>
  );
}

interface PeriodProps {
  asked: Asked;
  choose: (changed: Record<string, string | undefined>) => void;
}

function Period({ asked: { from, before }, choose }: PeriodProps) {
  const known = PERIODS.find(({ days }) => before === undefined && from === dayBefore(days - 1));
  const isAll = from === undefined && before === undefined;
  return (
    <>
      <label>
        <span>Period</span>
        <select
          value={known?.days ?? (isAll ? 'all' : 'own')}
          onChange={({ currentTarget: { value } }) =>
            choose({ from: value === 'all' ? undefined : dayBefore(Number(value) - 1), before: undefined })
          }
        >
          <option value="all">all</option>
          {PERIODS.map(({ days, name }) => (
            <option key={days} value={days}>
              {name}
            </option>
          ))}
          {known === undefined && !isAll && <option value="own">as dated</option>}
        </select>
      </label>
      <label>
        <span>From</span>
        <input type="date" value={from ?? ''} onChange={(event) => choose({ from: event.currentTarget.value })} />
      </label>
      <label>
        <span>Before</span>
        <input type="date" value={before ?? ''} onChange={(event) => choose({ before: event.currentTarget.value })} />
      </label>
    </>
  );
}

interface ChoiceProps {
  label: string;
  value: string | undefined;
  options: readonly (readonly [value: string, name: string])[];
  choose: (value: string) => void;
}

function Choice({ label, value = '', options, choose }: ChoiceProps) {
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={(event) => choose(event.currentTarget.value)}>
        <option value="">all</option>
        {options.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The day (UTC) so many days before today. */
function dayBefore(days: number): string {
  return new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);
}
