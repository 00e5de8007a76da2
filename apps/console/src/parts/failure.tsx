import type { ComponentChildren } from 'preact';

/** Says what went wrong, to eyes and to screen readers. */
export function Failure({ children }: { children: ComponentChildren }) {
  return (
    <p class="failure" role="alert">
      {children}
    </p>
  );
}
