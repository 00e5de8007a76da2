import { randomUUID } from 'node:crypto';
import type { Assignment } from '@usher/core/connectors/assignment';
import { confirm, holdsNothing, type Written } from '@usher/core/connectors/changes';
import { HelpdeskAnswerUnreadable } from '@usher/core/connectors/connector';
import type { HelpdeskRequest } from '@usher/core/connectors/request';
import type { HelpdeskDelivery } from '@usher/db/deliveries';
import { type Hold, holdTicket, keepWritten, releaseTicket } from '@usher/db/write-backs';
import { SourceUnusable } from '@usher/helpdesk/account';
import { HelpdeskRefused, HelpdeskUnreachable } from '@usher/helpdesk/failures';
import type { Deps } from '../deps.ts';
import { assignmentFor } from './assignment-for.ts';
import { leaveNote } from './leave-note.ts';
import { type Made, settled } from './made.ts';
import { afterPause } from './schedule.ts';
import { openSourceDesk, type SourceDesk } from './source-desk.ts';

export type WriteDeps = Pick<Deps, 'db' | 'accounts' | 'delivering' | 'signal'>;

/** Whatever a helpdesk does, one attempt takes no longer than this, all calls together. */
const ATTEMPT_MS = 45_000;
/** Longer than any attempt, so that nobody else writes on a ticket while one is under way. */
const HOLD_MS = 60_000;
const HELD_PAUSE_MS = 5_000;
/** A ticket that changes this often under our hands is left alone until the next attempt. */
const MOST_LOOKS = 4;
/** What vendors answer who notice that somebody else was quicker. */
const QUICKER = [409, 412];

/**
 * Shows a decision in the helpdesk, or takes back what was shown: looks, merges, writes down what it is about to write,
 * writes, and confirms. Whatever was done when an attempt breaks off is not done again by the next. Throws the signal's
 * reason, DatabaseUnavailable, SecretKeyMissing and SecretKeyWrong.
 */
export async function toHelpdesk(delivery: HelpdeskDelivery, deps: WriteDeps): Promise<Made> {
  const { ticketId, deliveryId, source, decided, startedAt } = delivery;
  const deadline = AbortSignal.timeout(ATTEMPT_MS);
  const signal = AbortSignal.any([deadline, deps.signal]);
  const desk = openOrSay(() => openSourceDesk(source, { accounts: deps.accounts, isUndo: decided === null, signal }));
  if (desk === undefined) return settled({ kind: 'superseded' });
  if ('kind' in desk) return desk;
  const hold = { ticketId, deliveryId, holder: randomUUID() };
  const held = await holdTicket(deps.db, hold, HOLD_MS);
  if (held.kind === 'superseded') return settled({ kind: 'superseded' });
  if (held.kind === 'busy') {
    const moment = { startedAt, now: new Date(), random: Math.random() };
    return settled(afterPause(HELD_PAUSE_MS, 'another delivery writes on this ticket', moment));
  }
  const writing = { delivery, desk, hold, written: held.written, db: deps.db };
  try {
    await (decided === null
      ? takeBack(writing)
      : writeDown(writing, assignmentFor(delivery, decided, deps.delivering)));
    return { kind: 'answered', status: 200, pauseMs: desk.pauseMs() };
  } catch (thrown) {
    deps.signal.throwIfAborted();
    return madeOf(thrown, { desk, deadline });
  } finally {
    // Where this fails the hold runs out by itself.
    await releaseTicket(deps.db, hold).catch(() => {});
  }
}

/** One attempt to write on one ticket. */
interface Writing {
  delivery: HelpdeskDelivery;
  desk: SourceDesk;
  hold: Hold;
  written: Written | null;
  db: Deps['db'];
}

function openOrSay(open: () => SourceDesk | undefined): SourceDesk | Made | undefined {
  try {
    return open();
  } catch (thrown) {
    if (thrown instanceof SourceUnusable) return { kind: 'failed', error: thrown.message };
    throw thrown;
  }
}

async function writeDown(writing: Writing, assignment: Assignment): Promise<void> {
  const { desk, delivery } = writing;
  let { written } = writing;
  for (let looks = 1; ; looks += 1) {
    const current = await desk.look(delivery.externalId);
    const plan = desk.connector.write(assignment, current, written);
    // Before the first call goes out, so that a crash leaves nothing on the ticket that we do not know of.
    await keep(writing, plan.written);
    if (await sendAll(plan.requests, { ...writing, mayLookAgain: looks < MOST_LOOKS })) {
      return keep(writing, confirm(plan.written));
    }
    ({ written } = plan);
  }
}

async function takeBack(writing: Writing): Promise<void> {
  const { desk, delivery, written } = writing;
  if (written === null) return;
  for (let looks = 1; ; looks += 1) {
    const current = await desk.look(delivery.externalId);
    const requests = desk.connector.undo(delivery.externalId, current, written);
    if (await sendAll(requests, { ...writing, mayLookAgain: looks < MOST_LOOKS })) return keep(writing, null);
  }
}

async function keep({ db, hold }: Writing, written: Written | null): Promise<void> {
  const kept = written === null || holdsNothing(written) ? null : written;
  if (!(await keepWritten(db, hold, { written: kept, forMs: HOLD_MS }))) throw new HoldLost();
}

/** Another attempt took the ticket over, because this one was too slow; it does what is left. */
class HoldLost extends Error {}

/** Sends in order; answers false where the ticket has to be looked at again. Throws HelpdeskRefused, HelpdeskUnreachable. */
async function sendAll(
  requests: readonly HelpdeskRequest[],
  { mayLookAgain, ...writing }: Writing & { mayLookAgain: boolean },
): Promise<boolean> {
  try {
    for (const request of requests) {
      if (request.repeat === 'freely') await writing.desk.call(request);
      else await leaveNote(request, writing);
    }
    return true;
  } catch (thrown) {
    if (mayLookAgain && thrown instanceof HelpdeskRefused && isQuicker(thrown.status, writing.desk)) return false;
    throw thrown;
  }
}

function isQuicker(status: number, { api: { lookAgainOn = QUICKER, goneOn } }: SourceDesk): boolean {
  return lookAgainOn.includes(status) && !goneOn.includes(status);
}

function madeOf(thrown: unknown, { desk, deadline }: { desk: SourceDesk; deadline: AbortSignal }): Made {
  if (thrown instanceof HelpdeskRefused) {
    const { status, message } = thrown;
    if (desk.api.goneOn.includes(status)) {
      return settled({ kind: 'dead', status, error: `the ticket is no more, or lives on in another: ${message}` });
    }
    return { kind: 'answered', status, pauseMs: desk.pauseMs(), error: message };
  }
  if (deadline.aborted) return { kind: 'failed', error: `not done within ${ATTEMPT_MS} ms` };
  if (thrown instanceof HoldLost) return { kind: 'failed', error: 'it took too long, and another attempt took over' };
  if (thrown instanceof HelpdeskUnreachable || thrown instanceof HelpdeskAnswerUnreadable) {
    return { kind: 'failed', error: thrown.message };
  }
  throw thrown;
}
