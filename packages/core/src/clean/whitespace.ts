/** Every way to end a line, older mail programs and pasted documents included. */
const LINE_ENDS = /\r\n?|[\u0085\u2028\u2029\v\f]/g;

/**
 * Characters that nobody sees: soft hyphens, zero-width spaces, marks of direction, filling of preview texts, and the
 * tag characters in which instructions to a model can be hidden.
 */
const UNSEEN =
  /[\u034F\u17B4\u17B5\u00AD\u061C\u115F\u1160\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\u{E0000}-\u{E0FFF}]/gu;

/** Joiners carry meaning inside emoji and in scripts without capital letters; anywhere else they are noise. */
const STRAY_JOINERS = /(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F\p{Lo}\p{M}])[\u200C\u200D]+/gu;

// oxlint-disable-next-line no-control-regex -- control characters are what it removes
const CONTROLS = /[\u0000-\u0008\u000E-\u001F\u007F-\u009F]/g;

/** The text with plain line ends and without characters that nobody sees; everything else stays as it was. */
export function withoutUnseen(text: string): string {
  return text.replace(LINE_ENDS, '\n').replace(UNSEEN, '').replace(STRAY_JOINERS, '').replace(CONTROLS, '');
}

/** The text with single spaces, trimmed lines and at most one blank line in a row. */
export function tidy(text: string): string {
  return text
    .split('\n')
    .map(singleSpaced)
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** The text on one line, with single spaces. */
export function singleSpaced(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
