import type { ComponentChildren } from 'preact';

interface Props {
  /** What it shows; also read out. */
  caption: string;
  columns: readonly string[];
  rows: readonly (readonly ComponentChildren[])[];
}

/** Figures in rows, each named by its first cell. Wider than the page, it scrolls by itself, also by keyboard. */
export function Table({ caption, columns, rows }: Props) {
  return (
    <div class="scroll" role="region" aria-label={caption} tabIndex={0}>
      <table class="figures">
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([first, ...others], at) => (
            <tr key={at}>
              <th scope="row">{first}</th>
              {others.map((cell, at) => (
                <td key={at}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
