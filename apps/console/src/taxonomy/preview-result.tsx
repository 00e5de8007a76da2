import type { Preview } from './types.ts';
import { counted, type Estimate, estimate } from './words.ts';

type Move = { from: string | null; to: string | null; n: number };
type Shown = Preview['examples'][number]['before'];

/** What a draft would change on past tickets: how many, from where to where, and which. */
export function PreviewResult({ preview }: { preview: Preview }) {
  if (preview.n === 0)
    return (
      <p>No ticket was decided yet, so that there is nothing to try the draft on. It can be published all the same.</p>
    );
  return (
    <>
      <table class="figures">
        <caption>Of the newest {counted(preview.n, 'ticket')}, with 95 % intervals</caption>
        <tbody>
          <Row name="get another team, category or way of deciding" figure={preview.changed} />
          <Row name="go to another team" figure={preview.rerouted} />
          <Row name="get another category" figure={preview.recategorised} />
          <Row name="get another priority or SLA" figure={preview.rescheduled} />
        </tbody>
      </table>
      <table class="figures">
        <caption>Before and after</caption>
        <thead>
          <tr>
            <th scope="col">Share</th>
            <th scope="col">In force</th>
            <th scope="col">Draft</th>
          </tr>
        </thead>
        <tbody>
          <Sides name="decided without a person" of="automated" preview={preview} />
          <Sides name="right, of those whose category is known" of="accuracy" preview={preview} />
          <Sides name="wrong among the automated" of="wrong_automated" preview={preview} />
        </tbody>
      </table>
      <div class="halves">
        <Moves name="Teams" moves={preview.routes} />
        <Moves name="Categories" moves={preview.moves} />
      </div>
      <Examples examples={preview.examples} />
      <p class="hint">{preview.note}</p>
    </>
  );
}

function Row({ name, figure }: { name: string; figure: Estimate }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <strong>{figure.value === null ? '–' : Math.round(figure.value * figure.n)}</strong>
      </td>
      <td>{estimate(figure)}</td>
    </tr>
  );
}

function Sides({ name, of, preview }: { name: string; of: keyof Preview['before']; preview: Preview }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{estimate(preview.before[of])}</td>
      <td>{estimate(preview.after[of])}</td>
    </tr>
  );
}

function Moves({ name, moves }: { name: string; moves: readonly Move[] }) {
  if (moves.length === 0) return null;
  return (
    <table class="figures">
      <caption>{name}: from where to where</caption>
      <thead>
        <tr>
          <th scope="col">From</th>
          <th scope="col">To</th>
          <th scope="col">Tickets</th>
        </tr>
      </thead>
      <tbody>
        {moves.map(({ from, to, n }) => (
          <tr key={`${from} ${to}`}>
            <td>{from ?? 'nothing predicted'}</td>
            <td>{to ?? 'nothing predicted'}</td>
            <td>{n}</td>
          </tr>
        ))}
      </tbody>
    </table>
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
