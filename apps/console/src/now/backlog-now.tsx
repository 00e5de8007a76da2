import { Figure } from '../evidence/figure.tsx';
import { Table } from '../parts/table.tsx';
import { ageText, countText } from './count-text.ts';
import type { Now } from './types.ts';

const LANES = { live: 'Live', bulk: 'Bulk' } as const;

/** What waits for engines in each lane, and for people. */
export function BacklogNow({ now }: { now: Now }) {
  const { lanes, triaged, suggested } = now.backlog;
  return (
    <Figure
      title="Backlog"
      hint="Later: Claude is away, or it is not their turn yet. Beyond 100,000 nobody counts one by one."
    >
      <Table
        caption="What waits for engines"
        columns={['Lane', 'Next', 'Later', 'In batches', 'Oldest']}
        rows={lanes.map(({ lane, waiting, postponed, in_batches: inBatches, oldest_seconds: oldest }) => [
          LANES[lane],
          countText(waiting),
          countText(postponed),
          countText(inBatches),
          ageText(oldest),
        ])}
      />
      <p>
        For people: {countText(triaged)} in triage, {countText(suggested)} to confirm.
      </p>
    </Figure>
  );
}
