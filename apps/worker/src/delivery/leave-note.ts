import type { HelpdeskRequest } from '@usher/core/connectors/request';
import type { Db } from '@usher/db/connect';
import type { HelpdeskDelivery } from '@usher/db/deliveries';
import { markNote } from '@usher/db/write-backs';
import { HelpdeskRefused } from '@usher/helpdesk/failures';
import type { SourceDesk } from './source-desk.ts';

interface Noting {
  delivery: HelpdeskDelivery;
  desk: SourceDesk;
  db: Db;
}

/**
 * Leaves a note that must not stand there twice. Whether one that went out before arrived is asked where the vendor can
 * tell; where it cannot, the note counts as arrived. Throws as `call` does.
 */
export async function leaveNote(request: HelpdeskRequest, { delivery, desk, db }: Noting): Promise<void> {
  const mark = async (note: HelpdeskDelivery['note']) => {
    await markNote(db, delivery.deliveryId, note);
    delivery.note = note;
  };
  if (delivery.note === 'left') return;
  if (delivery.note === 'sending' && (await hasArrived(request, desk))) return mark('left');
  await mark('sending');
  try {
    await desk.call(request);
  } catch (thrown) {
    // A refusal is an answer: the note is surely not there.
    if (thrown instanceof HelpdeskRefused && thrown.status < 500) await mark(null);
    throw thrown;
  }
  await mark('left');
}

async function hasArrived({ repeat }: HelpdeskRequest, desk: SourceDesk): Promise<boolean> {
  if (typeof repeat === 'string') return repeat === 'never';
  return JSON.stringify(await desk.call(repeat.unless)).includes(repeat.shows);
}
