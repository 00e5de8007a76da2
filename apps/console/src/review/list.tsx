import { useState } from 'preact/hooks';
import { ask, v1 } from '../api/client.ts';
import { useAnswer } from '../api/use-answer.ts';
import { Confidence } from '../parts/confidence.tsx';
import { Failure } from '../parts/failure.tsx';
import { Moment } from '../parts/moment.tsx';
import { Sample } from '../parts/sample.tsx';
import { reviewAddress } from './addresses.ts';
import { ReviewFilters } from './filters.tsx';
import type { Item, ReviewFilter } from './item.ts';
import { type Bulk, useBulk } from './use-bulk.ts';

/** As many as one request accepts. */
const MOST = 100;

/** What waits as a list, so that suggestions that are plainly right are accepted together. */
export function ReviewList({ filter }: { filter: ReviewFilter }) {
  const question = () => ask(v1.review.$get({ query: { ...filter, limit: String(MOST) } }));
  const { data, error, again } = useAnswer(`review-list/${JSON.stringify(filter)}`, question);
  const bulk = useBulk(again);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const shown = (data?.items ?? []).filter(({ id }) => !bulk.isGone(id));
  const picked = shown.filter(({ id }) => chosen.has(id));
  const accept = () => {
    bulk.accept(picked);
    setChosen(new Set());
  };
  const choose = (items: readonly Item[], isChosen: boolean) => {
    const ids = items.map(({ id }) => id);
    setChosen((before) => (isChosen ? before.union(new Set(ids)) : before.difference(new Set(ids))));
  };
  return (
    <div class="review-list">
      <div class="bar">
        <h1>Review</h1>
        <nav aria-label="Views">
          <a href={reviewAddress('desk', filter)}>One by one</a>
          <a href={reviewAddress('list', filter)} aria-current="true">
            As a list <span class="count">{waitingIn(data)}</span>
          </a>
        </nav>
        <button class="primary" disabled={picked.length === 0} onClick={accept}>
          Accept {picked.length === 0 ? 'what is chosen' : picked.length}
        </button>
        <button disabled={bulk.pending === 0} onClick={bulk.undo}>
          Undo
        </button>
      </div>
      <ReviewFilters view="list" given={filter} />
      <Told bulk={bulk} error={error} />
      {data !== undefined && shown.length === 0 && <p class="empty">Nothing like this waits for you.</p>}
      {shown.length > 0 && <Waiting items={shown} chosen={chosen} choose={choose} />}
    </div>
  );
}

function waitingIn(data: { waiting: { triage: number; suggest: number } } | undefined): number {
  return (data?.waiting.triage ?? 0) + (data?.waiting.suggest ?? 0);
}

/** What is on its way, and what went wrong. */
function Told({ bulk, error }: { bulk: Bulk; error: string | undefined }) {
  return (
    <>
      <p class="faint" role="status">
        {bulk.pending > 0 && `${bulk.pending} accepted; told in ten seconds, until then Undo takes them back.`}
      </p>
      {error !== undefined && <Failure>{error}</Failure>}
      {bulk.error !== '' && <Failure>{bulk.error}</Failure>}
      {bulk.refused.length > 0 && (
        <Failure>
          {bulk.refused.map(({ id, ticket, detail }) => (
            <span key={id} class="line">
              {ticket}: {detail}
            </span>
          ))}
        </Failure>
      )}
    </>
  );
}

interface WaitingProps {
  items: readonly Item[];
  chosen: ReadonlySet<string>;
  choose: Choose;
}

type Choose = (items: readonly Item[], isChosen: boolean) => void;

function Waiting({ items, chosen, choose }: WaitingProps) {
  const acceptable = items.filter(isAcceptable);
  return (
    <table class="tickets">
      <thead>
        <tr>
          <th>
            <input
              type="checkbox"
              aria-label="Choose every suggestion"
              checked={acceptable.length > 0 && acceptable.every(({ id }) => chosen.has(id))}
              disabled={acceptable.length === 0}
              onChange={(event) => choose(acceptable, event.currentTarget.checked)}
            />
          </th>
          <th>Ticket</th>
          <th>Suggested</th>
          <th>Confidence</th>
          <th>Waits because</th>
          <th>Due</th>
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <Row key={item.id} item={item} isChosen={chosen.has(item.id)} choose={choose} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ item, isChosen, choose }: { item: Item; isChosen: boolean; choose: Choose }) {
  const { id, subject, source, ticket_id: ticketId, suggested } = item;
  return (
    <tr>
      <td>
        <input
          type="checkbox"
          aria-label={`Choose ${subject || ticketId}`}
          checked={isChosen}
          disabled={!isAcceptable(item)}
          onChange={(event) => choose([item], event.currentTarget.checked)}
        />
      </td>
      <td class="subject">
        <a href={`/tickets/${id}`}>{subject || '(no subject)'}</a>
        <small class="faint">
          {source}:{ticketId} <Sample isSample={item.sample} />
        </small>
      </td>
      {suggested !== null && <SuggestedCells suggested={suggested} />}
      <td>
        <Moment at={item.sla_due_at} />
      </td>
    </tr>
  );
}

function SuggestedCells({ suggested }: { suggested: NonNullable<Item['suggested']> }) {
  const { category, subcategory, confidence, calibrated, reason } = suggested;
  return (
    <>
      <td>
        {category ?? <span class="faint">nothing</span>}
        {subcategory !== null && <small class="faint">{subcategory}</small>}
      </td>
      <td>
        <Confidence value={confidence} isCalibrated={calibrated} />
      </td>
      <td>{reason?.replaceAll('_', ' ')}</td>
    </>
  );
}

function isAcceptable({ suggested }: Item): boolean {
  return suggested?.category != null;
}
