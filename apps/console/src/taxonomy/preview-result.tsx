import { EstimateText } from '../parts/estimate.tsx';
import { count } from '../parts/numbers.ts';
import { Table } from '../parts/table.tsx';
import type { Preview } from './types.ts';
import { counted } from './words.ts';

type Move = { from: string | null; to: string | null; n: number };
type Shown = Preview['examples'][number]['before'];

const CHANGES = [
  ['changed', 'get another team, category or way of deciding'],
  ['rerouted', 'go to another team'],
  ['recategorised', 'get another category'],
  ['rescheduled', 'get another priority or SLA'],
] as const;

const SIDES = [
  ['automated', 'decided without a person'],
  ['accuracy', 'right, of those whose category is known'],
  ['wrong_automated', 'wrong among the automated'],
] as const;

/** What a draft would change on past tickets: how many, from where to where, and which. */
export function PreviewResult({ preview }: { preview: Preview }) {
  if (preview.n === 0)
    return <p>No ticket was decided yet, so that there is nothing to try it on. It can be published all the same.</p>;
  const changes = CHANGES.map(([name, says]) => {
    const share = preview[name];
    return [says, share.value === null ? '–' : count(share.value * share.n), <EstimateText estimate={share} />];
  });
  const sides = SIDES.map(([name, says]) => [
    says,
    <EstimateText estimate={preview.before[name]} />,
    <EstimateText estimate={preview.after[name]} />,
  ]);
  return (
    <>
      <h3>Of the newest {counted(preview.n, 'ticket')}</h3>
      <Table caption="How many would change" columns={['What', 'Tickets', 'Share, 95 % interval']} rows={changes} />
      <h3>Before and after</h3>
      <Table caption="Before and after" columns={['Share', 'In force', 'Draft']} rows={sides} />
      <div class="halves">
        <Moves name="From team to team" moves={preview.routes} />
        <Moves name="From category to category" moves={preview.moves} />
      </div>
      <Examples examples={preview.examples} />
      <p class="hint">{preview.note}</p>
    </>
  );
}

function Moves({ name, moves }: { name: string; moves: readonly Move[] }) {
  if (moves.length === 0) return null;
  const rows = moves.map(({ from, to, n }) => [from ?? 'nothing predicted', to ?? 'nothing predicted', count(n)]);
  return (
    <div class="stack">
      <h3>{name}</h3>
      <Table caption={name} columns={['From', 'To', 'Tickets']} rows={rows} />
    </div>
  );
}

function Examples({ examples }: { examples: Preview['examples'] }) {
  if (examples.length === 0) return <p>No ticket would be dealt with differently.</p>;
  return (
    <>
      <h3>Such as</h3>
      <ul class="changes" aria-label="Tickets that would change">
        {examples.map(({ ticket, subject, before, after }) => (
          <li key={ticket}>
            <a href={`/tickets/${encodeURIComponent(ticket)}`}>{subject || ticket}</a>
            <span>
              <del>{told(before)}</del>
              <span aria-hidden="true"> → </span>
              <ins>{told(after)}</ins>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function told({ category, team, priority, sla_hours: hours }: Shown): string {
  return `${category ?? 'nothing'} to ${team}, ${priority}, ${hours} h`;
}
