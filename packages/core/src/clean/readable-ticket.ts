import { bound } from './bound.ts';
import { htmlToText, looksLikeHtml } from './html.ts';
import { isRemark, onlyPointsOn, saysForwarded } from './notes.ts';
import { messagesOf } from './quotes.ts';
import { withoutSignature } from './signature.ts';
import { singleSpaced, tidy, withoutUnseen } from './whitespace.ts';
import { storable, type TicketText } from '../ticket.ts';

/** How much of a ticket engines read at most, in UTF-16 units. */
export const MAX_READABLE_SUBJECT = 300;
export const MAX_READABLE_BODY = 8_000;

/**
 * What engines read of a ticket: what the customer wrote, as plain text, without quoted history and signature, bounded.
 * A quote stays when the message above it only points at it, or remarks on a mail that the subject says is forwarded.
 * Never throws, takes time in proportion to the input, and never turns a text that says something into an empty one.
 */
export function readableTicket({ subject, body }: TicketText): TicketText {
  const readable = singleSpaced(withoutUnseen(storable(subject)));
  const message = readableBody(withoutUnseen(storable(body)), { isForwarded: saysForwarded(readable) });
  return { subject: bound(readable, MAX_READABLE_SUBJECT), body: bound(message, MAX_READABLE_BODY) };
}

function readableBody(body: string, mail: { isForwarded: boolean }): string {
  const text = looksLikeHtml(body) ? withoutUnseen(htmlToText(body)) : body;
  const messages = messagesOf(text);
  return tidy(newestMessage(messages, mail)) || tidy(messages.join('\n\n')) || tidy(body);
}

/** The newest message, and with it the one it points at. */
function newestMessage(messages: readonly string[], { isForwarded }: { isForwarded: boolean }): string {
  const [newest = '', ...older] = messages.map(withoutSignature);
  const needsMore = onlyPointsOn(newest) || (isForwarded && isRemark(newest));
  const pointedAt = needsMore ? older.find((message) => !onlyPointsOn(message)) : undefined;
  return pointedAt === undefined ? newest : `${newest}\n\n${pointedAt}`;
}
