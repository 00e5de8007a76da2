import { loadOf } from '@usher/core/connectors/intake';
import type { Outcome } from '@usher/core/connectors/reading';
import type { HelpdeskRequest } from '@usher/core/connectors/request';
import { isFailure } from '@usher/core/failure';
import type { Payload } from '@usher/core/jobs';
import { type DueFetch, endFetch, type FetchEnd, loadFetch } from '@usher/db/fetches';
import { jobsOf, receiveFetched } from '@usher/db/receive-load';
import type { Account } from '@usher/helpdesk/account';
import { HelpdeskRefused } from '@usher/helpdesk/failures';
import type { Deps } from '../deps.ts';
import { whenAgain } from '../fetching/when-again.ts';
import { keepGroundTruth } from '../fetching/ground-truth.ts';
import { outlast } from '../outlast.ts';

type FetchDeps = Pick<Deps, 'db' | 'report' | 'accounts' | 'delivering' | 'mode' | 'enqueue' | 'signal'>;

/**
 * Fetches from a helpdesk what an event did not say, and stores it. What fails is tried again until it works, by the sweep: its
 * due time is in Postgres.
 */
export async function fetch({ fetchId }: Payload<'fetch'>, deps: FetchDeps): Promise<void> {
  const due = await loadFetch(deps.db, fetchId);
  if (due === undefined) return;
  const end = await attempt(due, deps);
  if (end !== undefined) await outlast(() => endFetch(deps.db, due, end), deps.signal);
  const { name: source } = due.source;
  const { kind } = due.errand;
  if (end?.kind === 'again')
    deps.report({ kind: 'fetch_postponed', source, fetchId, error: end.why, dueAt: end.dueAt });
  else if (end?.kind === 'gone') deps.report({ kind: 'fetch_ended', source, fetchId, error: end.why });
  else deps.report({ kind: 'fetch_made', source, fetchId, what: kind });
}

/** One attempt; undefined where what was fetched is stored together with the end. */
async function attempt(due: DueFetch, deps: FetchDeps): Promise<FetchEnd | undefined> {
  try {
    if (due.source.removedAt !== null) return { kind: 'gone', why: 'the source was removed' };
    const account = deps.accounts(due.source);
    return due.errand.kind === 'text' ? await fetchText(due, account, deps) : await fetchEnd(due, account, deps);
  } catch (thrown) {
    deps.signal.throwIfAborted();
    // Postgres being away says nothing about the helpdesk: the job runs again.
    if (!isFailure(thrown) || thrown.code === 'database_unavailable' || thrown.code === 'receiver_busy') throw thrown;
    if (thrown instanceof HelpdeskRefused && isGone(thrown, due, deps)) return { kind: 'gone', why: thrown.message };
    const dueAt = whenAgain(thrown, { failures: due.failures, now: new Date(), random: Math.random() });
    return { kind: 'again', dueAt, why: thrown.message };
  }
}

function isGone({ status }: HelpdeskRefused, { source }: DueFetch, { accounts }: FetchDeps): boolean {
  return accounts(source).connector.api?.goneOn.includes(status) ?? false;
}

async function fetchText(due: DueFetch, account: Account, deps: FetchDeps): Promise<FetchEnd | undefined> {
  const { errand, source } = due;
  if (errand.kind !== 'text') return undefined;
  const answers = await ask(errand.requests, { due, account, deps });
  const load = loadOf(account.desk.readFetched(errand.externalId, answers));
  if (load.unreadable.length > 0) {
    const dueAt = whenAgain(undefined, { failures: due.failures, now: new Date(), random: Math.random() });
    return { kind: 'again', dueAt, why: `the answer is not of the known form: ${load.unreadable.join('; ')}` };
  }
  const received = await outlast(
    () => receiveFetched(deps.db, { sourceId: source.id, lane: 'live', load, fetch: due }),
    deps.signal,
  );
  await deps.enqueue(jobsOf(received)).catch(() => {});
  return undefined;
}

async function fetchEnd(due: DueFetch, account: Account, deps: FetchDeps): Promise<FetchEnd> {
  const { errand } = due;
  const told = errand.kind === 'close' ? errand.outcome : null;
  const outcome: Outcome | null = told ?? (await lookUpOutcome(due, account, deps));
  if (outcome === null) return { kind: 'gone', why: 'this helpdesk tells nothing about the end of a ticket' };
  return keepGroundTruth(due, outcome, deps);
}

async function lookUpOutcome(due: DueFetch, account: Account, deps: FetchDeps): Promise<Outcome | null> {
  const requests = account.desk.end(due.errand.externalId);
  if (requests.length === 0) return null;
  return account.desk.outcome(account.desk.current(await ask(requests, { due, account, deps })));
}

async function ask(
  requests: readonly HelpdeskRequest[],
  { due, account, deps }: { due: DueFetch; account: Account; deps: FetchDeps },
): Promise<unknown[]> {
  const { helpdesk } = account;
  if (helpdesk === null) return [];
  return deps.delivering.turnstile(`source ${due.source.id}`, () => helpdesk.ask(requests, deps.signal));
}
