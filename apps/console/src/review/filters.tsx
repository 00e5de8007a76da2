import { useLocation } from 'preact-iso';
import { ask, v1 } from '../api/client.ts';
import { useAnswer } from '../api/use-answer.ts';
import { Choice } from '../parts/choice.tsx';
import { reviewAddress } from './addresses.ts';
import type { ReviewFilter } from './item.ts';

const PRIORITIES = ['low', 'medium', 'high', 'urgent'];
const REASONS = [
  'low_confidence',
  'promise_withdrawn',
  'stand_in',
  'person_before',
  'unavailable',
  'budget_spent',
  'not_trained',
  'refused',
  'truncated',
  'unusable',
  'content_rejected',
  'stopped_workers',
];

/** Choices that narrow what waits; each is a new address. */
export function ReviewFilters({ view, given }: { view: 'desk' | 'list'; given: ReviewFilter }) {
  const { route } = useLocation();
  const { data: taxonomy } = useAnswer('taxonomy', () => ask(v1.taxonomy.$get({})));
  const categories = taxonomy?.categories ?? [];
  const teams = [...new Set([...categories.map(({ team }) => team), 'triage'])].sort();
  const choose = (name: string, value: string) => route(reviewAddress(view, { ...given, [name]: value }));
  const common = { given, choose };
  const isNarrowed = Object.keys(given).length > 0;
  return (
    <details class="narrow" open={isNarrowed}>
      <summary>{isNarrowed ? 'Narrowed' : 'Narrow'}</summary>
      <div class="filters">
        <Choice label="Team" name="team" options={teams} {...common} />
        <Choice label="Suggested" name="category" options={categories.map(({ key }) => key)} {...common} />
        <Choice label="Priority" name="priority" options={PRIORITIES} {...common} />
        <Choice label="Waits because" name="reason" options={REASONS} {...common} />
        <label>
          <span>Source</span>
          <input
            type="search"
            defaultValue={given['source'] ?? ''}
            placeholder="all"
            onChange={(event) => choose('source', event.currentTarget.value.trim())}
          />
        </label>
        {isNarrowed && <a href={reviewAddress(view, {})}>All of them</a>}
      </div>
    </details>
  );
}
