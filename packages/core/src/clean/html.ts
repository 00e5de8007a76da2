import { decodeEntities } from './entities.ts';
import { htmlTokens } from './html-tokens.ts';
import { wordSet } from './words.ts';

const KNOWN =
  'a|abbr|b|big|blockquote|body|center|code|dd|div|dl|dt|em|font|footer|form|h[1-6]|head|header|html|i|li|main|ol|o:p|p|' +
  'pre|s|section|small|span|strike|strong|style|sub|sup|table|tbody|td|tfoot|th|thead|title|tr|u|ul';

const FIRST_TAG = new RegExp(`^<(?:!doctype\\s|!--|(?:${KNOWN}|br|hr|img|meta|link)(?=[\\s/>]))`, 'i');

/** Tags as a program writes them: glued to what they end. In prose about HTML a space stands before them. */
const GLUED = new RegExp(`(?<![ \\t])<(?:(?:br|hr|img)(?=[\\s/>])[^<>]*|/(?:${KNOWN})\\s*)>`, 'i');
const GLUED_BREAK = /(?<![ \t])<(?:br(?=[\s/>])[^<>]*|\/(?:p|div|li|td|h[1-6]|table)\s*)>/i;

/**
 * Tells whether a body is HTML and not a text in which `<` occurs: it starts with a tag and has more of them, or has
 * line breaks and closed blocks from its first line on.
 */
export function looksLikeHtml(body: string): boolean {
  const text = body.trimStart();
  if (FIRST_TAG.test(text.slice(0, 40))) return GLUED.test(text);
  const firstLine = /^.*/.exec(text)?.[0] ?? '';
  return GLUED_BREAK.test(firstLine) && text.split(GLUED_BREAK, 3).length === 3;
}

const PARAGRAPHS = wordSet('p h1 h2 h3 h4 h5 h6 ul ol table pre blockquote');
const BLOCKS = wordSet(
  'address article body center dd div dl dt fieldset figure footer form header hr html li main nav option section tr',
);

/** How Gmail and Thunderbird name the line "On … wrote:". It holds no further block. */
const ATTRIBUTION = /\b(?:gmail_attr|moz-cite-prefix)\b/;

/** How Outlook, Yahoo, Zoho and GMX name the place where history begins without being quoted. */
const HISTORY = new RegExp(
  'divRplyFwdMsg|mail-editor-reference-message-container|ms-outlook-mobile-reference-message|OutlookMessageHeader|' +
    'OLK_SRC_BODY_SECTION|yahoo_quoted|zmail_extra|name="quote"',
);

const DEEPEST_QUOTE = 3;

interface Page {
  lines: string[];
  line: string;
  bullet: string;
  quotes: number;
  preformatted: number;
  inAttribution: boolean;
}

/**
 * Turns HTML into the text a reader sees: blocks become lines, links keep their text. Quotes become lines that start
 * with `>` and history gets a divider above it, so that HTML and plain mails are treated alike from there on.
 */
export function htmlToText(html: string): string {
  const page: Page = { lines: [], line: '', bullet: '', quotes: 0, preformatted: 0, inAttribution: false };
  for (const token of htmlTokens(html)) {
    if (token.kind === 'text') write(page, decodeEntities(token.text));
    else if (token.kind === 'open') open(page, token);
    else close(page, token.name);
  }
  endLine(page);
  return page.lines.join('\n');
}

function write(page: Page, text: string): void {
  if (page.preformatted === 0) {
    page.line += text.replace(/[ \t\n]+/g, ' ');
    return;
  }
  const [first = '', ...rest] = text.split('\n');
  page.line += first;
  for (const line of rest) {
    breakLine(page);
    page.line = line;
  }
}

function open(page: Page, { name, attributes }: { name: string; attributes: string }): void {
  if (name === 'br') return breakLine(page);
  if (name === 'td' || name === 'th') page.line += ' ';
  separate(page, name);
  if (name === 'li') page.bullet = '- ';
  if (name === 'blockquote') page.quotes += 1;
  if (name === 'pre') page.preformatted += 1;
  if (name === 'div') page.inAttribution = ATTRIBUTION.test(attributes);
  if (page.quotes === 0 && HISTORY.test(attributes)) page.lines.push('-----Original Message-----');
}

function close(page: Page, name: string): void {
  separate(page, name);
  if (name === 'blockquote') page.quotes = Math.max(0, page.quotes - 1);
  if (name === 'pre') page.preformatted = Math.max(0, page.preformatted - 1);
  if (name === 'li') page.bullet = '';
  if (name === 'div') page.inAttribution = false;
}

/** Ends the line before and after a block, and leaves a blank one around a paragraph. */
function separate(page: Page, name: string): void {
  if (!BLOCKS.has(name) && !PARAGRAPHS.has(name)) return;
  endLine(page);
  if (PARAGRAPHS.has(name) && page.lines.at(-1) !== '') page.lines.push('');
}

function endLine(page: Page): void {
  if (page.line.trim() === '') page.line = '';
  else breakLine(page);
}

function breakLine(page: Page): void {
  const line = page.line.trimStart();
  if (line.startsWith('-----')) page.inAttribution = false;
  page.lines.push(line.trim() === '' ? '' : quoteMark(page) + page.bullet + line);
  if (line.trim() !== '') page.bullet = '';
  page.line = '';
}

/** An attribution counts as older than what it introduces, so that it never passes for the message itself. */
function quoteMark({ quotes, inAttribution }: Page): string {
  const depth = inAttribution ? DEEPEST_QUOTE : Math.min(quotes, DEEPEST_QUOTE);
  return depth === 0 ? '' : `${'>'.repeat(depth)} `;
}
