/** Names of U+00A0 to U+00FF in order (HTML 4, section 24.2). */
const LATIN = `nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3
  acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig
  Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash
  Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc
  euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml
  yacute thorn yuml`;

/** Names of single characters beyond Latin-1 that occur in mail: markup, typography, currency, Central Europe. */
const OTHERS = `amp& lt< gt> quot" apos' AMP& LT< GT> QUOT" OElig\u0152 oelig\u0153 Scaron\u0160 scaron\u0161
  Yuml\u0178 fnof\u0192 circ\u02C6 tilde\u02DC zwnj\u200C zwj\u200D lrm\u200E rlm\u200F ndash\u2013 mdash\u2014
  lsquo\u2018 rsquo\u2019 sbquo\u201A ldquo\u201C rdquo\u201D bdquo\u201E dagger\u2020 Dagger\u2021 bull\u2022
  hellip\u2026 permil\u2030 prime\u2032 Prime\u2033 lsaquo\u2039 rsaquo\u203A euro\u20AC trade\u2122 larr\u2190
  rarr\u2192 minus\u2212 ne\u2260 le\u2264 ge\u2265 check\u2713 hearts\u2665 Aogon\u0104 aogon\u0105 Cacute\u0106
  cacute\u0107 Ccaron\u010C ccaron\u010D Eogon\u0118 eogon\u0119 Ecaron\u011A ecaron\u011B Lstrok\u0141 lstrok\u0142
  Nacute\u0143 nacute\u0144 Odblac\u0150 odblac\u0151 Rcaron\u0158 rcaron\u0159 Sacute\u015A sacute\u015B Uring\u016E
  uring\u016F Udblac\u0170 udblac\u0171 Zacute\u0179 zacute\u017A Zdot\u017B zdot\u017C Zcaron\u017D zcaron\u017E`;

/** What the numbers 128 to 159 mean in mail: Windows-1252, as browsers read them (HTML, section 13.2.5.80). */
const WINDOWS_1252 =
  '\u20AC\u0081\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\u008D\u017D\u008F' +
  '\u0090\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\u009D\u017E\u0178';

const CHARACTERS = new Map([
  ...LATIN.split(/\s+/).map((name, index) => [name, String.fromCodePoint(0xa0 + index)] as const),
  ...OTHERS.split(/\s+/).map((entry) => [entry.slice(0, -1), entry.slice(-1)] as const),
  ...['ensp', 'emsp', 'thinsp'].map((name) => [name, ' '] as const),
]);

const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z][a-z0-9]{1,9}));/gi;

/** Turns HTML entities into characters, once: `&amp;lt;` becomes `&lt;`. An unknown name stays as it is written. */
export function decodeEntities(text: string): string {
  return text.replace(ENTITY, (written: string, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return CHARACTERS.get(name) ?? written;
    return characterOf(decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal));
  });
}

function characterOf(code: number): string {
  if (code >= 0x80 && code <= 0x9f) return WINDOWS_1252.charAt(code - 0x80);
  const isCharacter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return isCharacter ? String.fromCodePoint(code) : '\uFFFD';
}
