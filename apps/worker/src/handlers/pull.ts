import { loadOf } from '@usher/core/connectors/intake';
import { isFailure } from '@usher/core/failure';
import type { Payload } from '@usher/core/jobs';
import { endPull, loadPull, type Pull, type PullEnd, receivePage } from '@usher/db/pulls';
import { jobsOf } from '@usher/db/receive-load';
import type { Source } from '@usher/db/sources';
import { SourceUnusable } from '@usher/helpdesk/account';
import type { Deps } from '../deps.ts';
import { whenAgain } from '../fetching/when-again.ts';
import { outlast } from '../outlast.ts';

type PullDeps = Pick<Deps, 'db' | 'report' | 'accounts' | 'delivering' | 'enqueue' | 'signal'>;

/** Pages that one job reads before it lets others have their turn. */
const PAGES = 10;

/**
 * Asks a source for what changed since the last time, page by page. Each page is stored together with the cursor of the next, so that
 * a crash repeats one page and leaves none out. What fails is tried again by the sweep.
 */
export async function pull({ sourceId }: Payload<'pull'>, deps: PullDeps): Promise<void> {
  const loaded = await loadPull(deps.db, sourceId);
  if (loaded === undefined) return;
  const { source } = loaded;
  const end = await readPages(loaded, deps);
  await outlast(() => endPull(deps.db, sourceId, end), deps.signal);
  if (end.kind === 'again')
    deps.report({ kind: 'pull_postponed', source: source.name, error: end.why, dueAt: end.dueAt });
}

async function readPages({ source, pull }: { source: Source; pull: Pull }, deps: PullDeps): Promise<PullEnd> {
  try {
    let { cursor } = pull;
    for (let left = PAGES; left > 0; left -= 1) {
      const read = await readPage(source, cursor, deps);
      if (read === 'elsewhere') return { kind: 'more' };
      if (!read.hasMore) return { kind: 'done' };
      cursor = read.cursor;
    }
    return { kind: 'more' };
  } catch (thrown) {
    deps.signal.throwIfAborted();
    if (!isFailure(thrown) || thrown.code === 'database_unavailable' || thrown.code === 'receiver_busy') throw thrown;
    const dueAt = whenAgain(thrown, { failures: pull.failures, now: new Date(), random: Math.random() });
    return { kind: 'again', dueAt, why: thrown.message };
  }
}

async function readPage(
  source: Source,
  from: string | null,
  deps: PullDeps,
): Promise<{ cursor: string; hasMore: boolean } | 'elsewhere'> {
  const { db, signal, enqueue, report } = deps;
  const { desk, helpdesk } = deps.accounts(source);
  if (desk.pull === null || helpdesk === null) throw new SourceUnusable(source.name, 'its helpdesk cannot be pulled');
  const now = new Date();
  const cursor = from ?? desk.pull.start(now);
  const request = desk.pull.page(cursor);
  const [answer] = await deps.delivering.turnstile(`source ${source.id}`, () => helpdesk.ask([request], signal));
  const page = desk.pull.read(cursor, answer, now);
  const load = loadOf(page.readings);
  const stored = { sourceId: source.id, load, from, cursor: page.cursor, now };
  const received = await outlast(() => receivePage(db, stored), signal);
  if (received === null) return 'elsewhere';
  report({ kind: 'page_pulled', source: source.name, tickets: received.receipts.length, hasMore: page.hasMore });
  await enqueue(jobsOf(received)).catch(() => {});
  return page;
}
