import type { ComponentChildren } from 'preact';
import { count } from '../parts/numbers.ts';

interface Props {
  title: string;
  /** What is to be known for reading it. */
  hint?: ComponentChildren;
  /** Where its figures are had as CSV. */
  csv?: string | undefined;
  /** The figures as a table, for whoever does not read charts. */
  table?: ComponentChildren;
  children: ComponentChildren;
}

/** A chart or a table with its heading, its CSV and its figures. */
export function Figure({ title, hint, csv, table, children }: Props) {
  return (
    <section class="card figure">
      <header>
        <h2>{title}</h2>
        {csv !== undefined && (
          <a href={csv} download="usher.csv" aria-label={`${title} as CSV`}>
            CSV
          </a>
        )}
      </header>
      {children}
      {hint !== undefined && <p class="hint">{hint}</p>}
      {table !== undefined && (
        <details>
          <summary>Figures as a table</summary>
          {table}
        </details>
      )}
    </section>
  );
}

/** Says so where the reports are behind what happened. */
export function Uncounted({ facts }: { facts: number }) {
  if (facts === 0) return null;
  return (
    <p class="card" role="status">
      {count(facts)} facts are not in these figures yet; they are being counted.
    </p>
  );
}

/** Stands where a figure would, while there is nothing that could honestly be said. */
export function TooLittle({ children }: { children: ComponentChildren }) {
  return <p class="too-little">{children}</p>;
}
