import type { ComponentChildren } from 'preact';
import { useLocation } from 'preact-iso';
import { may, useSession } from '../session/session.tsx';
import { Menu } from './menu.tsx';
import { pages } from './pages.ts';

/** The page around every page: where one is, where one can go, and who one is. */
export function Frame({ children }: { children: ComponentChildren }) {
  const { person } = useSession();
  const { path } = useLocation();
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
            </a>
          ))}
        </nav>
        <Menu />
      </header>
      <main id="content">{children}</main>
    </div>
  );
}

/** The router leaves links with a target alone. */
const ELSEWHERE = { target: '_blank', rel: 'noopener' };

function isAt(path: string, to: string): boolean {
  return path.startsWith(to) || (path === '/' && to === pages[0]?.to);
}
