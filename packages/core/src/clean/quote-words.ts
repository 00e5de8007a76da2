import { startingWith, wholeWords } from './words.ts';

/** "On …", "Am …", or with a date or a Polish weekday. */
const OPENER = startingWith(
  'on|am|le|el|em|no dia|il|op|w dniu|dnia|wiadomość napisana|pon|wt|śr|czw|pt|sob|niedz|nd',
  '\\d{1,4}[-./]\\d{1,2}[-./]\\d{1,4}',
);
const WROTE = wholeWords(
  'wrote|schrieb|a écrit|escribió|escreveu|ha scritto|schreef|geschreven|napisał(?:\\(a\\)|a)?|pisze|napisana',
  'GMT[+-]\\d\\d:?\\d\\d',
);
const TIME_OR_ADDRESS = /@|\d{1,2}[:.h]\d{2}(?!\d)/;

/** A customer's own "at 15:14 I wrote:", which announces what they want to tell us. */
const OWN_WORDS = wholeWords(
  "(?:i|we|you|he|she|they) wrote|schrieb (?:ich|mir|uns|er|sie)|(?:m['’]|nous |vous )a écrit",
  'me (?:escribió|escreveu)|mi ha scritto|schreef (?:ik|mij|me|u|hij)',
);

const DIVIDERS = wholeWords(
  'original message|forwarded message|ursprüngliche nachricht|originalnachricht|weitergeleitete nachricht',
  "message d['’]origine|message original|message (?:transféré|réexpédié)|mensaje original|mensaje reenviado",
  'mensagem original|mensagem (?:re)?encaminhada|messaggio originale|messaggio inoltrato',
  'oorspronkelijk bericht|origineel bericht|doorgestuurd bericht',
  'oryginalna wiadomość|przekazana wiadomość|wiadomość (?:oryginalna|przekazana)|treść przekazanej wiadomości',
);
const DASHED = /^[-_=*]{2,}[^-_=*]{5,60}[-_=*]{2,}$/;

/** Apple Mail's dividers. */
const BEGINS = startingWith(
  'begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)|début du message (?:transféré|réexpédié)',
  'inicio del mensaje reenviado|início da mensagem (?:re)?encaminhada|inizio messaggio inoltrato',
  'begin doorgestuurd bericht|początek przekazywanej wiadomości',
);
const RULE = /^[_-]{8,}$/;

/** "Ann Lee <ann@x.example>", or the address alone. */
const ADDRESS = /^\s*(?:[^<>@]*<[^\s<>]+>|[^\s<>@]+@[^\s<>@]+)\s*$/;

const FIELDS = new Map(
  Object.entries({
    from: 'from|von|de|da|van|od',
    sent:
      'sent|date|gesendet|datum|envoyé|envoyé le|enviado|enviado el|enviado em|enviada|enviada em|fecha|data|' +
      'inviato|verzonden|wysłano|wysłane',
    to: 'to|an|à|a|para|aan|do',
    subject: 'subject|betreff|objet|asunto|assunto|oggetto|onderwerp|temat',
    other: 'cc|bcc|kopie|copie|dw|udw|reply-to|antwort an|importance|priority|wichtigkeit|attachments|anlagen',
  }).flatMap(([field, labels]) => labels.split('|').map((label) => [label, field] as const)),
);

/** Tells whether a line begins like the one above a quote ("On Monday …"), in the languages we read. */
export function isOpener(line: string): boolean {
  return OPENER.test(line.slice(0, 20));
}

/** Tells whether a line says who wrote the quote below it and when ("On Monday at 15:14, Ben wrote:"). */
export function announcesQuote(line: string): boolean {
  return line.endsWith(':') && WROTE.test(line) && TIME_OR_ADDRESS.test(line) && !OWN_WORDS.test(line);
}

/** Tells whether a line is a named divider: "-----Original Message-----", "Begin forwarded message:". */
export function isDivider(line: string): boolean {
  return line.endsWith(':') ? BEGINS.test(line) : DASHED.test(line) && DIVIDERS.test(line);
}

/** Tells whether a line is drawn with dashes or underscores and says nothing. */
export function isRule(line: string): boolean {
  return RULE.test(line);
}

/** Tells whether a text is a mail address, with or without the name of its owner. */
export function isAddress(text: string): boolean {
  return ADDRESS.test(text);
}

/** The mail header field that a label names, bold or not: `subject` for "*Betreff*"; undefined for any other text. */
export function fieldNamed(label: string): string | undefined {
  return FIELDS.get(label.replaceAll('*', '').trim().toLowerCase());
}
