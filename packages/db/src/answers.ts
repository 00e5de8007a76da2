import type { EngineCall } from '@usher/core/engine';
import { type Placeholder, type SQL, sql } from 'drizzle-orm';

/** The answers that engines gave about one ticket. */
interface Answered {
  ticketId: number;
  calls: readonly EngineCall[];
}

/** Answers of engines as the JSON that insertAnswers takes. */
export function jsonOfAnswers(answered: readonly Answered[]): string {
  return JSON.stringify(answered.flatMap(({ ticketId, calls }) => calls.map((call) => rowOf(ticketId, call))));
}

/**
 * The statement that writes down answers, those for one ticket in their order, and only about tickets among `given`, which has a
 * `ticket_id`, `revision`, `release_id` and `mode`, and holds its tickets until the end of the transaction.
 */
export function insertAnswers(answers: string | Placeholder, given: SQL): SQL {
  return sql`
    insert into classifications (
      ticket_id, revision, release_id, engine, model, outcome, suggestion, input_tokens, cache_read_tokens,
      cache_write_5m_tokens, cache_write_1h_tokens, output_tokens, service_tier, cost_micro_usd, duration_ms, request_id,
      text_hash, reused_from, shadow)
    select given.ticket_id, given.revision, given.release_id, engine, model, outcome, suggestion, input_tokens,
           cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, output_tokens, service_tier, cost_micro_usd,
           duration_ms, request_id, text_hash, reused_from, given.mode = 'shadow'
    from ${given} as given
    join rows from (jsonb_to_recordset(${answers}::jsonb) as (
      ticket_id bigint, engine text, model text, outcome text, suggestion jsonb, input_tokens int, cache_read_tokens int,
      cache_write_5m_tokens int, cache_write_1h_tokens int, output_tokens int, service_tier text, cost_micro_usd bigint,
      duration_ms int, request_id text, text_hash text, reused_from bigint)) with ordinality as answer
    on answer.ticket_id = given.ticket_id
    order by answer.ordinality`;
}

function rowOf(ticketId: number, call: EngineCall) {
  const { usage, costMicroUsd, durationMs, requestId, textHash, reusedFrom, ...same } = call;
  return {
    ticket_id: ticketId,
    ...same,
    input_tokens: usage?.inputTokens,
    cache_read_tokens: usage?.cacheReadTokens,
    cache_write_5m_tokens: usage?.cacheWrite5mTokens,
    cache_write_1h_tokens: usage?.cacheWrite1hTokens,
    output_tokens: usage?.outputTokens,
    service_tier: usage?.serviceTier,
    cost_micro_usd: costMicroUsd,
    duration_ms: Math.round(durationMs),
    request_id: requestId,
    text_hash: textHash,
    reused_from: reusedFrom,
  };
}
