import { ask, v1 } from '../api/client.ts';
import { useAnswer } from '../api/use-answer.ts';
import { Confidence } from '../parts/confidence.tsx';
import { Failure } from '../parts/failure.tsx';
import { Moment } from '../parts/moment.tsx';
import { Sample } from '../parts/sample.tsx';
import { State } from '../parts/state.tsx';
import { Correct } from './correct.tsx';
import { chaptersOf } from './chapters.tsx';
import { Replay } from './replay.tsx';
import type { Ticket } from './ticket.ts';

/** One ticket and all that happened to it. */
export function StoryPage({ id }: { id: string }) {
  const question = () => ask(v1.tickets[':id'].$get({ param: { id } }));
  const { data: ticket, error, again } = useAnswer(`ticket/${id}`, question);
  if (error !== undefined) return <Failure>{error}</Failure>;
  if (ticket === undefined) return null;
  return (
    <article class="story">
      <section class="text">
        <p class="faint">
          {ticket.source}:{ticket.ticket_id}
          {ticket.requester !== null && ` · from ${ticket.requester}`}
          {ticket.channel !== null && ` · ${ticket.channel}`} <Sample isSample={ticket.sample} />
        </p>
        <h1>{ticket.subject || '(no subject)'}</h1>
        <pre class="body">{ticket.body}</pre>
      </section>
      <aside>
        <Standing ticket={ticket} />
        <Correct ticket={ticket} done={again} />
        {ticket.decided_at !== null && <Replay key={ticket.id} id={ticket.id} />}
      </aside>
      <section class="chapters">
        <h2>What happened</h2>
        <ol>
          {chaptersOf(ticket).map(({ at, title, detail }, number) => (
            <li key={number}>
              <Moment at={at} />
              <div>
                <strong>{title}</strong>
                {detail}
              </div>
            </li>
          ))}
        </ol>
      </section>
    </article>
  );
}

function Standing({ ticket }: { ticket: Ticket }) {
  return (
    <dl class="card standing">
      <dt>Stands</dt>
      <dd>
        <State state={ticket.state} />
      </dd>
      <dt>Team</dt>
      <dd>{ticket.routed_to ?? 'none yet'}</dd>
      <dt>Category</dt>
      <dd>
        {ticket.category ?? 'none'}
        {ticket.subcategory !== null && ` / ${ticket.subcategory}`}
      </dd>
      <dt>Confidence</dt>
      <dd>
        <Confidence value={ticket.confidence} isCalibrated={ticket.calibrated} reason={ticket.reason} />
      </dd>
      <dt>Priority</dt>
      <dd>{ticket.priority ?? 'none yet'}</dd>
      <dt>Due</dt>
      <dd>{ticket.sla_due_at === null ? 'no term yet' : <Moment at={ticket.sla_due_at} />}</dd>
      {ticket.note !== null && (
        <>
          <dt>Note</dt>
          <dd>{ticket.note}</dd>
        </>
      )}
    </dl>
  );
}
