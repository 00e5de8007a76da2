// The colours of the drawing on its button, the one style that Bull Board has inline.
const DRAWING = "style-src 'self' 'sha256-r2N1TB/gHbBtBZFKg7ejmq1acVSREzucTAEw6ga4hoU='";
// Its editor of a job, CodeMirror, writes its styles into the page; nothing else can tell them from others'.
const EDITOR = "style-src 'self' 'unsafe-inline'";

const COMMON = [
  "default-src 'none'",
  "script-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];

/**
 * Bull Board's page and files may run and show what this server sends, and nothing else. Where somebody may change jobs, and only
 * there, the page may also write styles of its own.
 */
export function boardPolicy({ mayChange }: { mayChange: boolean }): string {
  return [...COMMON, mayChange ? EDITOR : DRAWING].join('; ');
}

/**
 * Bull Board's page without what a strict policy refuses: a font from another server, and a placeholder with styles of its
 * own that is gone as soon as the page runs. Markup that is not known stays; the policy holds all the same.
 */
export function strictPage(html: string): string {
  return html
    .replaceAll(/<link\b[^>]*\bhref="https?:[^>]*>/g, '')
    .replace(/(<div id="root">)[\s\S]*?<\/style>\s*(<\/div>)/, '$1$2');
}
