import { startingWith, wholeWords, wordSet } from './words.ts';

/** Longer lines are sentences, never part of a signature. */
const LONGEST = 90;

const THANKS =
  /^(?:(?:many|vielen|muchas|muito|hartelijk) )?(?:than|thx|dank|merci|gracias|obrigad|grazie|bedankt|dzięk)/iu;

const CLOSINGS = startingWith(
  '(?:with )?(?:best|kind|kindest|warm|warmest) (?:regards|wishes)|regards|rgds|all the best|sincerely(?: yours)?',
  'yours (?:sincerely|faithfully|truly)|respectfully|cheers|take care|(?:best|br|kr|mfg|lg|vg)(?=[\\s,.!]*$)',
  '(?:many )?thanks(?: (?:in advance|again|so much|a lot|(?:and|&) (?:best |kind )?regards))?|thx',
  'thank you(?: (?:in advance|very much|so much|and (?:best|kind) regards))?',
  'mit (?:freundlichen|besten|herzlichen|lieben|schönen|vielen) gr(?:ü(?:ß|ss)en|u(?:ß|ss))|hochachtungsvoll',
  '(?:viele|liebe|beste|schöne|herzliche|freundliche) grü(?:ß|ss)e|(?:schönen |lieben |besten )?gru(?:ß|ss)',
  '(?:(?:vielen |besten |herzlichen )?dank|danke)(?: schön| sehr)?(?: im voraus| vorab)?',
  "(?:bien |très )?cordialement|bien à vous|(?:sincères )?salutations(?: distinguées)?|merci(?: d[’']avance| beaucoup)?",
  '(?:un )?saludos?(?: cordiales)?|cordiales saludos|atentamente|(?:muchas )?gracias(?: de antemano)?',
  'atenciosamente|att|(?:(?:com os )?melhores )?cumprimentos|abraços?|(?:muito )?obrigad[oa]',
  '(?:cordiali|distinti) saluti|cordialmente|(?:un )?salut[io]|grazie(?: mille| in anticipo)?',
  '(?:met )?(?:vriendelijke|hartelijke) groet(?:en)?|groet(?:en|jes)?|(?:alvast )?bedankt|hartelijk dank',
  'z poważaniem|z wyrazami szacunku|(?:serdecznie )?pozdrawiam|dziękuję(?: z góry)?|z góry dziękuję',
);

const FIRST_PERSON =
  wordSet(`my me ich mein meine meinen meiner mir mich je mon ma mes yo mi mis eu meu minha io mio mia
  ik mijn mij ja mój moje moja mnie`);
const REQUEST = wholeWords(
  "please|pls|help|refund|cancel|urgent|p\\.?\\s?s\\.?|bitte|hilfe|s['’]il vous|por favor|per favore|alstublieft|proszę",
);

const ADDRESS = /\S@\S|:\/\/|^www\./;
const ADDRESS_LABEL = startingWith(
  '\\W*(?:t|tel|telefon|teléfono|tél|phone|m|mob|mobile|mobil|handy|f|fax|e|e-?mail|w|web)\\b\\.?\\s?:?',
);
const ROLE = new RegExp(
  '(?:manager|engineer|director|assistant|officer|consultant|developer|accountant|specialist|coordinator|owner|founder|' +
    'partner|leiter(?:in)?|geschäftsführer(?:in)?|directeur|directrice|responsable|gerente)$',
  'iu',
);
const SMALL_WORDS = wordSet('of and the for at in von van der den de da do di du del della la le el und et y e i en');

/** A line that closes a letter, a name behind it included: "Kind regards, Anna". */
export function isClosing(line: string): boolean {
  const text = line.trim();
  const closing = text.length <= LONGEST ? CLOSINGS.exec(text)?.[0] : undefined;
  return closing !== undefined && !text.includes('?') && isName(text.slice(closing.length), 4);
}

/** A closing that also says something: thanks. */
export function isThanks(line: string): boolean {
  return THANKS.test(line.trim());
}

/** Blank, a name, a job, a company, a street, a number, an address: what stands in a signature, and no sentence. */
export function couldBeSignature(line: string): boolean {
  const text = line.trim();
  if (text.length > LONGEST || speaksToUs(text)) return false;
  const words = text.replace(ADDRESS_LABEL, '').split(/\s+/);
  const besideAddresses = words.filter((word) => !ADDRESS.test(word)).join(' ');
  return isName(besideAddresses, /\d/.test(text) ? 9 : 6) || (ROLE.test(text) && words.length <= 4);
}

/** A line that could be a question, a request or a postscript. */
export function speaksToUs(line: string): boolean {
  return asks(line) || speaksOfItself(line) || /(?:^|\s)i\s/.test(line);
}

/** Holds a question mark outside of an address, or a word of asking. */
export function asks(line: string): boolean {
  const hasQuestion = line.includes('?') && line.split(/\s+/).some((word) => word.includes('?') && !ADDRESS.test(word));
  return hasQuestion || REQUEST.test(line);
}

/** Says "I" or "my", as people do and signatures do not. Not "MA" or "ME", which are states, nor the Italian "i". */
export function speaksOfItself(text: string): boolean {
  return text.split(/[^\p{L}'’]+/u).some((word) => {
    const uncapitalized = word.charAt(0).toLowerCase() + word.slice(1);
    return word === 'I' || /^(?:i['’]m|[jm]['’])/.test(uncapitalized) || FIRST_PERSON.has(uncapitalized);
  });
}

/** No words at all, or words that begin with capitals or digits, apart from small ones; shouting does not count. */
function isName(text: string, mostWords: number): boolean {
  const words = text.split(/[\s,;.!|/•·–-]+/).filter((word) => /[\p{L}\p{N}]/u.test(word) && !SMALL_WORDS.has(word));
  if (words.length > mostWords || !words.every((word) => /^[^\p{L}\p{N}]*[\p{Lu}\p{N}]/u.test(word))) return false;
  return words.length < 3 || words.some((word) => /\p{Ll}|\d/u.test(word));
}
