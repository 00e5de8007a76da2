import { writeAudit } from '@usher/db/audit';
import { whileAvailable } from '@usher/db/failures';
import type { QueueConnection } from '@usher/queue/connect';
import type { Context, Hono, MiddlewareHandler } from 'hono';
import { BOARD, createBoard } from '../board/create-board.ts';
import { boardPolicy, strictPage } from '../board/strict-page.ts';
import type { Deps } from '../deps.ts';
import { guard, type Guarded, needs } from '../guard.ts';
import { Problem } from '../problem.ts';
import { limitBody } from '../read-body.ts';
import type { Api } from './api.ts';

const MAX_BYTES = 65_536;
const MOST_SUBJECT = 500;
/** Files are named by their content. */
const KEPT = 'private, max-age=31536000, immutable';

/**
 * Adds Bull Board for ops: it shows the queues to whoever may see them, and changes them only for a session that said so a
 * moment ago. Whatever it does wrong, or while the queue is away, is a problem like any other.
 */
export function addBoard(api: Api, { authenticate, database, queue }: Deps): void {
  const boards = openBoards(queue);
  const middleware = [signInFirst, guard(authenticate, needs('ops')), limitBody(MAX_BYTES)] as const;
  api.all(`${BOARD}/*`, ...middleware, async (c) => {
    const { actor, signedIn } = c.var.grant;
    const mayChange = signedIn?.queuesUnlockedUntil != null;
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD') {
      if (!mayChange) throw locked();
      const subject = `${c.req.method} ${c.req.path.slice(BOARD.length)}`.slice(0, MOST_SUBJECT);
      await database.quick((db) => whileAvailable(() => writeAudit(db, { actor, verb: 'queues.change', subject })));
    }
    const board = boards(mayChange ? 'writable' : 'readOnly');
    return isAboutJobs(c)
      ? askBoard(c, board, queue)
      : showFile(c, await board.fetch(c.req.raw), boardPolicy({ mayChange }));
  });
}

/** Both boards, each made when it is first looked at. */
function openBoards(queue: QueueConnection): (which: 'readOnly' | 'writable') => Hono {
  const made: { readOnly?: Hono; writable?: Hono } = {};
  return (which) => (made[which] ??= createBoard(queue, { isReadOnly: which === 'readOnly' }));
}

/** Leads a stranger who opens the page to where people sign in; programs get the problem. */
const signInFirst: MiddlewareHandler<Guarded> = async (c, next) => {
  await next();
  const isPage = c.req.method === 'GET' && (c.req.header('accept') ?? '').includes('text/html');
  if (isPage && c.res.status === 401) c.res = c.redirect('/now');
};

function isAboutJobs(c: Context): boolean {
  return c.req.path.startsWith(`${BOARD}/api/`);
}

/** What the board says about jobs. Throws QueueUnreachable, within 5 s, while the queue is away. */
async function askBoard(c: Context, board: Hono, queue: QueueConnection): Promise<Response> {
  const answer = await queue.ask(async () => board.fetch(c.req.raw));
  if (answer.status < 500) return answer;
  // What went wrong is said in BullMQ's words, which are about keys and scripts.
  throw new Problem({
    status: 503,
    code: 'queue_failed',
    detail: 'The queue did not do this. Look at it and try again.',
  });
}

async function showFile(c: Context, file: Response, policy: string): Promise<Response> {
  const isPage = (file.headers.get('content-type') ?? '').startsWith('text/html');
  const isKept = file.ok && c.req.path.startsWith(`${BOARD}/static/`);
  const answer = isPage ? new Response(strictPage(await file.text()), file) : new Response(file.body, file);
  answer.headers.delete('Content-Length');
  answer.headers.set('Content-Security-Policy', policy);
  answer.headers.set('Cache-Control', isKept ? KEPT : 'no-cache');
  return answer;
}

function locked(): Problem {
  const detail =
    'Bull Board only shows the queues. Allow changes on the page Now of the console; that holds for 10 minutes.';
  return new Problem({ status: 403, code: 'queues_locked', detail });
}
