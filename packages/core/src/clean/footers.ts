import { asks, speaksOfItself } from './signature-lines.ts';
import { startingWith, wholeWords } from './words.ts';

/** A disclaimer has no more lines or characters than this. */
const LONGEST_PARAGRAPH = 40;
const LONGEST_NOTICE = 6_000;

const SENT = startingWith(
  'sent (?:from|via|with|by)|(?:get|download) outlook',
  'von meine\\p{L}* .{2,40} gesendet|gesendet (?:von|mit|über|aus)|diese nachricht wurde von meine\\p{L}*',
  'holen sie sich outlook|outlook für',
  'envoyé (?:de|depuis|à partir|avec)|(?:obtenir|téléchargez) outlook',
  'enviado (?:desde|do|da|de|a partir|con|com)|obtener outlook|obter (?:o )?outlook',
  'inviato (?:da|dal|con)|(?:ottieni|scarica) outlook',
  '(?:verzonden|verstuurd) (?:vanaf|met|via)|outlook voor|download outlook',
  'wysłan[eoy] (?:z|ze|za)|pobierz (?:program )?outlook',
);
const DEVICE = wholeWords(
  'iphone|ipad|ios|android|samsung|galaxy|huawei|xiaomi|pixel|blackberry|windows|outlook|gmail|yahoo|gmx|web\\.de|t-online',
  'proton ?mail|thunderbird|mail|mobile|phone|smartphone|tablet|handy|mobiltelefon|mobilgerät|portable|téléphone|móvil',
  'celular|telemóvel|cellulare|telefono|telefoon|mobiel|telefonu|smartfona?',
);

const NOTICE = startingWith(
  '\\W*confidential(?:ity)? (?:notice|note|statement|communication)|\\W*(?:legal notice|disclaimer)',
  '\\W*this (?:e-?mail|message|communication|transmission)|\\W*if you (?:are not the intended|have received this)',
  '\\W*the (?:information|contents?) (?:contained |transmitted )?(?:in|of|by|with) this',
  'diese (?:e-?mail|nachricht)|der inhalt dieser|vertraulichkeitshinweis|sollten sie nicht der',
  'ce (?:message|courriel|mail)|cet? e-?mail|avis de confidentialité',
  'este (?:mensaje|correo|e-?mail)|la información contenida|aviso (?:legal|de confidencialidad)',
  'esta mensagem|as informações contidas|aviso de confidencialidade',
  'questo messaggio|questa e-?mail|le informazioni contenute',
  'dit (?:bericht|e-?mailbericht)|deze e-?mail|de informatie in',
  'ta wiadomość|niniejsz[ay]|treść tej wiadomości|informacje zawarte',
);
const CONFIDENTIAL = wholeWords(
  'intended (?:only |solely |exclusively )?for|intended recipient|addressee|confiden[tc]i\\p{L}*|privileged',
  'vertraulich\\p{L}*|riservat\\p{L}*|vertrouwelijk\\p{L}*|poufn\\p{L}*|destinatai\\p{L}*|destinat[aá]r\\p{L}*|empfänger\\p{L}*',
  'geadresseerde|adresat\\p{L}*',
);
const ADDED = startingWith(
  '\\W*(?:please )?(?:consider|think of) the environment before print\\p{L}*',
  '\\W*this e-?mail (?:has been|was) (?:scanned|checked)',
  "virus-?free|virenfrei|\\W*denken sie an die umwelt|\\W*pensez à l[’']environnement",
);

/** The lines without what mail programs and lawyers add at the end: blank lines, rules, devices, disclaimers. */
export function withoutFooters(lines: readonly string[]): string[] {
  const kept = [...lines];
  let before: number;
  do {
    before = kept.length;
    while (kept.length > 0 && isEmptyOrDevice(kept.at(-1) ?? '')) kept.pop();
    kept.length = noticeStart(kept);
  } while (kept.length < before);
  return kept;
}

/** Tells whether a phone or a mail program added a line: "Sent from my iPhone", and at most two more words. */
export function isDevice(line: string): boolean {
  const text = line.trim();
  if (text.length > 90 || asks(text) || !SENT.test(text) || !DEVICE.test(text)) return false;
  return (text.split(DEVICE).at(-1) ?? '').replace(/<.*>/, '').trim().split(/\s+/).length <= 2;
}

/** Nothing but dashes and the like counts as empty. */
function isEmptyOrDevice(line: string): boolean {
  return /^[\s\-_=*~#]*$/.test(line) || isDevice(line);
}

/** Where a legal notice begins in the last paragraph; the number of lines when there is none. */
function noticeStart(lines: readonly string[]): number {
  let first = lines.length;
  while (first > Math.max(0, lines.length - LONGEST_PARAGRAPH) && lines[first - 1]?.trim() !== '') first -= 1;
  const paragraph = lines.slice(first);
  const opening = paragraph.findIndex((line) => NOTICE.test(line.slice(0, 200)) || ADDED.test(line.slice(0, 200)));
  return opening !== -1 && isNotice(paragraph.slice(opening).join(' ')) ? first + opening : lines.length;
}

/** In words that no customer uses about their own matter. */
function isNotice(text: string): boolean {
  if (text.length > LONGEST_NOTICE || text.includes('?') || speaksOfItself(text)) return false;
  return CONFIDENTIAL.test(text) || ADDED.test(text);
}
