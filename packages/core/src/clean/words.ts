/** Pieces of patterns, each an alternative; a space inside one is a space. */
type Alternatives = readonly string[];

/** Matches one of the alternatives as whole words, anywhere, in any case; `\b` knows no accented letters. */
export function wholeWords(...alternatives: Alternatives): RegExp {
  return new RegExp(`(?<!\\p{L})(?:${alternatives.join('|')})(?!\\p{L})`, 'iu');
}

/** Matches one of the alternatives as whole words at the start, in any case. */
export function startingWith(...alternatives: Alternatives): RegExp {
  return new RegExp(`^(?:${alternatives.join('|')})(?!\\p{L})`, 'iu');
}

/** The words of a list that is written with spaces and line breaks. */
export function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.split(/\s+/));
}
