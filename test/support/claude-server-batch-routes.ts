import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BatchStore, StoredBatch } from './claude-server-batches.ts';
import { claudeErrors } from './claude-server-errors.ts';
import { sendError, sendJson } from './claude-server-http.ts';

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  body: unknown;
  requestId: string;
}

const ROOT = '/v1/messages/batches';
const EXPIRES_AFTER_MS = 24 * 3_600_000;

/** Answers what is asked under `/v1/messages/batches`; false for any other address. */
export async function answerBatches(exchange: Exchange, batches: BatchStore): Promise<boolean> {
  const { request, response, requestId } = exchange;
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (url.pathname !== ROOT && !url.pathname.startsWith(`${ROOT}/`)) return false;
  const [id = '', verb = ''] = url.pathname.slice(ROOT.length + 1).split('/');
  if (id === '') {
    if (request.method === 'POST') await create(exchange, batches);
    else sendJson(response, 200, page(url, batches, originOf(request)));
    return true;
  }
  const batch = batches.find(id);
  if (batch === undefined) {
    sendError(response, { ...claudeErrors.not_found, message: `batch ${id} was not found` }, requestId);
    return true;
  }
  answerOne({ ...exchange, verb }, batch, batches);
  return true;
}

function answerOne(
  { request, response, requestId, verb }: Exchange & { verb: string },
  batch: StoredBatch,
  batches: BatchStore,
): void {
  const asked = `${request.method} ${verb}`;
  if (asked === 'GET ') return sendJson(response, 200, view(batch, originOf(request)));
  if (asked === 'POST cancel') {
    batches.cancel(batch);
    return sendJson(response, 200, view(batch, originOf(request)));
  }
  if (asked === 'GET results' && batch.endedAt !== null) return sendResults(response, batch, { batches, requestId });
  sendError(response, claudeErrors.not_found, requestId);
}

async function create({ request, response, body, requestId }: Exchange, batches: BatchStore): Promise<void> {
  const checked = batches.check(body);
  if ('status' in checked) return sendError(response, checked, requestId);
  const mishap = batches.nextCreate();
  if (typeof mishap === 'string' && mishap !== 'lost_answer')
    return sendError(response, claudeErrors[mishap], requestId);
  const batch = batches.create(checked.requests);
  if (mishap === 'lost_answer') return void response.destroy();
  if (mishap !== undefined) await mishap.after;
  sendJson(response, 200, view(batch, originOf(request)));
}

/** Newest first, as the API lists. */
function page(url: URL, batches: BatchStore, origin: string) {
  const all = batches.created.toReversed().flatMap(({ id }) => batches.find(id) ?? []);
  const after = url.searchParams.get('after_id');
  const start = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
  const end = start + Number(url.searchParams.get('limit') ?? 20);
  const data = all.slice(start, end).map((batch) => view(batch, origin));
  return { data, has_more: end < all.length, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
}

function view(batch: StoredBatch, origin: string) {
  const { id, createdAt, cancelInitiatedAt, endedAt, counts } = batch;
  return {
    id,
    type: 'message_batch',
    processing_status: endedAt !== null ? 'ended' : cancelInitiatedAt !== null ? 'canceling' : 'in_progress',
    request_counts: counts,
    created_at: new Date(createdAt).toISOString(),
    expires_at: new Date(createdAt + EXPIRES_AFTER_MS).toISOString(),
    ended_at: endedAt === null ? null : new Date(endedAt).toISOString(),
    cancel_initiated_at: cancelInitiatedAt === null ? null : new Date(cancelInitiatedAt).toISOString(),
    archived_at: null,
    results_url: endedAt === null ? null : `${origin}${ROOT}/${id}/results`,
  };
}

function originOf({ headers }: IncomingMessage): string {
  return `http://${headers.host ?? 'localhost'}`;
}

function sendResults(
  response: ServerResponse,
  { lines }: StoredBatch,
  { batches, requestId }: { batches: BatchStore; requestId: string },
): void {
  const mishap = batches.nextResults();
  if (mishap === 'overloaded') return sendError(response, claudeErrors.overloaded, requestId);
  const whole = lines.map((line) => `${JSON.stringify(line)}\n`);
  response.writeHead(200, { 'content-type': 'application/x-jsonl' });
  if (mishap === undefined) return void response.end(whole.join(''));
  const half = whole.slice(0, Math.ceil(whole.length / 2));
  if (mishap === 'cut_between_lines') return void response.end(half.join(''));
  if (mishap === 'stalled') return void response.write(half.join(''));
  response.write(half.join('').slice(0, -20), () => response.destroy());
}
