import { wordSet } from './words.ts';

const GREETINGS =
  wordSet(`hi hello hey dear good morning afternoon evening hallo guten tag morgen abend liebe lieber liebes
  sehr geehrte geehrter damen und herren moin servus bonjour bonsoir salut cher chère madame monsieur hola buenos buenas
  días tardes noches estimado estimada estimados olá bom boa dia tarde noite prezado prezada prezados caro cara ciao
  buongiorno buonasera salve gentile gentili hoi dag goedemorgen goedemiddag beste geachte cześć dzień dobry witam
  szanowni państwo sir all team support there everyone everybody zusammen tous todos tutti allen wszystkim équipe equipo
  equipe`);

/** Words that send the reader on to what stands below. */
const POINTERS = wordSet(`fyi fya below beneath forward forwarded forwarding fwd fw unten untenstehend untenstehende
  weitergeleitet weiterleitung anbei zk ci-dessous ci-joint transfert transféré abajo adjunto reenvío reenvio reenviado
  abaixo segue encaminho encaminhado encaminhando sotto seguito inoltro inoltrato onder onderstaand onderstaande
  doorgestuurd hieronder poniżej przekazuję przesyłam info information informatie información informação informazione
  informacja wiadomości kenntnis kenntnisnahme conoscenza conocimiento conhecimento`);

/** Words that add nothing to a pointer. */
const FILLERS =
  wordSet(`see read look note please pls kindly the this that for from at on to of it is are us me my our your
  you i we am as just with and message messages mail email e-mail mails thread conversation attached customer client
  discussed thanks thank regards siehe bitte lesen die der das den diese dieser mail nachricht zur ihrer für euch sie vom
  kunden danke voir merci de le la les message courriel pour votre vos du client svp ver vea véase favor por el los
  mensaje correo su para gracias veja vide mensagem o a os as obrigado obrigada cliente vedi leggi per il lo messaggio
  vostra grazie zie lees ter het bericht van klant bedankt patrz proszę do wiadomość zob`);

/** "Fwd:" as mail programs write it before a subject, in the languages we read. */
const FORWARDED = /^\s*(?:fwd?|wg|tr|rv|enc|doorst|pd|i)\s?:/i;

/** A note on a forwarded mail with more words than this says by itself what it wants. */
const LONGEST_REMARK = 20;

/** Tells whether a subject says that somebody forwards another's mail. */
export function saysForwarded(subject: string): boolean {
  return FORWARDED.test(subject);
}

/** Tells whether a note is too short to be read without the mail it comes with ("Can you explain this?"). */
export function isRemark(note: string): boolean {
  return wordsOf(note).length <= LONGEST_REMARK;
}

/** Tells whether a text holds no more than a greeting. */
export function saysNothing(text: string): boolean {
  return wordsOf(text).length === 0;
}

/**
 * Tells whether a note above a quote only sends the reader on ("FYI", "see below", nothing at all, or anything that
 * ends with a colon), so that the quote is the ticket. When it says yes too often, more is read, and nothing is lost.
 */
export function onlyPointsOn(note: string): boolean {
  if (note.length > 300) return false;
  const words = wordsOf(note);
  if (words.length === 0 || note.trimEnd().endsWith(':')) return true;
  return words.every((word) => POINTERS.has(word) || FILLERS.has(word)) && words.some((word) => POINTERS.has(word));
}

/** The words without a greeting; a short first line that starts with one is a greeting, names included. */
function wordsOf(text: string): string[] {
  const [first = '', ...rest] = text.trim().split('\n');
  const opening = split(first);
  const isGreeting = opening.length <= 5 && GREETINGS.has(opening[0] ?? '') && !opening.includes('?');
  return split(isGreeting ? rest.join('\n') : text).filter((word) => !GREETINGS.has(word));
}

function split(text: string): string[] {
  return text.toLowerCase().match(/\p{L}[\p{L}\p{M}-]*|\p{N}+|[?]/gu) ?? [];
}
