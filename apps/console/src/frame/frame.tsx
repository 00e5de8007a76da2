import type { ComponentChildren } from 'preact';
import { useLocation } from 'preact-iso';
import { may, useSession } from '../session/session.tsx';
import { useHasDraft } from '../taxonomy/kept-draft.ts';
import { Menu } from './menu.tsx';
import { pages } from './pages.ts';

/** The page around every page: where one is, where one can go, and who one is. */
export function Frame({ children }: { children: ComponentChildren }) {
  const { person } = useSession();
  const { path } = useLocation();
  const hasDraft = useHasDraft(person.email);
  const shown = pages.filter(({ needs }) => may(person, ...needs));
  return (
    <div class="frame">
      <header>
        <a class="brand" href="/">
          Usher
        </a>
        <nav aria-label="Pages">
          {shown.map(({ to, name, isElsewhere }) => (
            <a key={to} href={to} aria-current={isAt(path, to) ? 'page' : undefined} {...(isElsewhere && ELSEWHERE)}>
              {name}
              {to === '/taxonomy' && hasDraft && <Unpublished />}
            </a>
          ))}
        </nav>
        <Menu />
      </header>
      <main id="content">{children}</main>
    </div>
  );
}

/** A draft that is not published is seen from every page. */
function Unpublished() {
  return (
    <>
      {' '}
      <span class="unpublished" title="Your draft is not published.">
        draft
      </span>
    </>
  );
}

/** The router leaves links with a target alone. */
const ELSEWHERE = { target: '_blank', rel: 'noopener' };

function isAt(path: string, to: string): boolean {
  return path.startsWith(to) || (path === '/' && to === pages[0]?.to);
}
