import type { ComponentChildren } from 'preact';
import type { Ticket } from './ticket.ts';

/** One thing that happened to a ticket. */
export interface Chapter {
  at: string;
  title: string;
  detail: ComponentChildren;
}

/** The story of a ticket from its arrival on, in the order in which it happened. */
export function chaptersOf(ticket: Ticket): Chapter[] {
  const { classifications, decisions, corrections, deliveries } = ticket.history;
  const told = [
    { at: ticket.received_at, title: 'Came in', detail: <p class="faint">by {ticket.source}</p> },
    ...classifications.map(classified),
    ...decisions.map(decided),
    ...corrections.map(corrected),
    ...deliveries.map(delivered),
  ];
  return told.toSorted((one, other) => one.at.localeCompare(other.at));
}

type History = Ticket['history'];

function classified(fact: History['classifications'][number]): Chapter {
  const { suggestion, model, outcome, cost_micro_usd: cost, duration_ms: ms } = fact;
  const said = suggestion === null ? outcome : `${suggestion.category} (${Math.floor(suggestion.confidence * 100)} %)`;
  return {
    at: fact.created_at,
    title: `${model} said: ${said}`,
    detail: (
      <>
        {suggestion !== null && <p>{suggestion.rationale}</p>}
        <p class="faint">
          release {fact.release} · {Math.round(ms)} ms · {dollars(cost)}
          {fact.reused_from !== null && ' · taken over from the same text'}
          {fact.shadow && ' · shadow'}
        </p>
      </>
    ),
  };
}

function decided(fact: History['decisions'][number]): Chapter {
  return {
    at: fact.created_at,
    title: decisionTitle(fact),
    detail: (
      <>
        {fact.note !== null && <p>{fact.note}</p>}
        <p class="faint">
          {fact.reason.replaceAll('_', ' ')} · by {fact.by} {fact.actor} · {fact.mode}
          {fact.release !== null && ` · release ${fact.release}`}
        </p>
      </>
    ),
  };
}

function decisionTitle({ action, team }: History['decisions'][number]): string {
  if (action === 'triage') return 'Decided: a person decides';
  return action === 'suggest' ? `Decided: suggest ${team}` : `Decided: route to ${team}`;
}

function corrected(fact: History['corrections'][number]): Chapter {
  const isSame = fact.from_category === fact.category;
  return {
    at: fact.created_at,
    title: isSame ? `Confirmed: ${fact.category}` : `Corrected: ${fact.from_category ?? 'nothing'} → ${fact.category}`,
    detail: (
      <>
        {fact.note !== null && <p>{fact.note}</p>}
        <p class="faint">
          by {fact.by} {fact.actor}
        </p>
      </>
    ),
  };
}

function delivered(fact: History['deliveries'][number]): Chapter {
  const how = {
    pending: 'is on its way',
    delivered: 'arrived',
    dead: 'was given up',
    superseded: 'gave way to a newer one',
  }[fact.state];
  return {
    at: fact.delivered_at ?? fact.created_at,
    title: `${fact.event} ${how}`,
    detail: (
      <p class="faint">
        {fact.attempts} {fact.attempts === 1 ? 'attempt' : 'attempts'}
        {fact.last_status !== null && ` · status ${fact.last_status}`}
        {fact.last_error !== null && ` · ${fact.last_error}`}
      </p>
    ),
  };
}

function dollars(micro: number): string {
  return micro === 0 ? 'free' : `$${(micro / 1e6).toFixed(6)}`;
}
