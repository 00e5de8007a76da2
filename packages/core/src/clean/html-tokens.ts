/** A piece of HTML: text as it is written, entities included, or a tag. */
export type HtmlToken = { kind: 'text'; text: string } | { kind: 'open' | 'close'; name: string; attributes: string };

/** Where the next match at or after a position begins; Infinity when there is none. */
type Finder = (from: number) => number;

interface Finders {
  tagEnd: Finder;
  declarationEnd: Finder;
  commentEnd: Finder;
  unshownEnd: ReadonlyMap<string, Finder>;
}

const TAG = /<(\/?)([a-z][a-z0-9:-]{0,40})(?=[\s/>])/iy;
const DECLARATION = /<[!?][a-z[]/iy;

/**
 * Reads HTML as mail programs write it, broken or not, and leaves out what is never shown (comments, head, scripts,
 * styles). A `<` that begins no tag is text. Reads every character a bounded number of times, whatever the input.
 */
export function* htmlTokens(html: string): Generator<HtmlToken> {
  const find = findersIn(html);
  let textStart = 0;
  for (let at = html.indexOf('<'); at !== -1; at = html.indexOf('<', Math.max(textStart, at + 1))) {
    const markup = readMarkup(html, at, find);
    if (markup === null) continue;
    yield { kind: 'text', text: html.slice(textStart, at) };
    if (markup.tag !== null) yield markup.tag;
    textStart = markup.end;
  }
  yield { kind: 'text', text: html.slice(textStart) };
}

function readMarkup(html: string, at: number, find: Finders): { end: number; tag: HtmlToken | null } | null {
  if (html.startsWith('<!--', at)) {
    const end = find.commentEnd(at + 2);
    return { end: end === Infinity ? at + 4 : end + 3, tag: null };
  }
  DECLARATION.lastIndex = at;
  if (!DECLARATION.test(html)) return readTag(html, at, find);
  const end = find.declarationEnd(at);
  return end === Infinity ? null : { end: end + 1, tag: null };
}

function readTag(html: string, at: number, find: Finders): { end: number; tag: HtmlToken } | null {
  TAG.lastIndex = at;
  const start = TAG.exec(html);
  if (start === null) return null;
  const last = find.tagEnd(TAG.lastIndex);
  if (last === Infinity) return null;
  const attributes = html.slice(at + start[0].length, last);
  const name = (start[2] ?? '').toLowerCase();
  if (start[1] === '/') return { end: last + 1, tag: { kind: 'close', name, attributes } };
  const unshownEnd = find.unshownEnd.get(name)?.(last) ?? Infinity;
  return { end: unshownEnd === Infinity ? last + 1 : unshownEnd, tag: { kind: 'open', name, attributes } };
}

function findersIn(html: string): Finders {
  const unshown = ['script', 'style', 'title', 'template', 'svg'].map(
    (name) => [name, finder(html, new RegExp(`</${name}`, 'gi'))] as const,
  );
  return {
    tagEnd: tagEndFinder(html),
    declarationEnd: finder(html, />/g),
    commentEnd: finder(html, /-->/g),
    unshownEnd: new Map([...unshown, ['head', finder(html, /<(?:\/head|body)/gi)]]),
  };
}

/** Asked with rising positions, it reads the text once in all: the last answer is kept until it is passed. */
function finder(text: string, pattern: RegExp): Finder {
  let found = -1;
  return (from) => {
    if (found >= from) return found;
    pattern.lastIndex = from;
    found = pattern.exec(text)?.index ?? Infinity;
    return found;
  };
}

/** Finds the `>` that ends a tag, not one inside a quoted value; once quotes turn out not to pair, any `>` will do. */
function tagEndFinder(html: string): Finder {
  const anyEnd = finder(html, />/g);
  const part = />|=\s*(?:"[^"]*"|'[^']*')/g;
  let quotesPair = true;
  return (from) => {
    if (anyEnd(from) === Infinity) return Infinity;
    part.lastIndex = from;
    for (let found = quotesPair ? part.exec(html) : null; found !== null; found = part.exec(html)) {
      if (found[0] === '>') return found.index;
    }
    quotesPair = false;
    return anyEnd(from);
  };
}
