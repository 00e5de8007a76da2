import type { Change } from './types.ts';
import { whatChanged, whereChanged } from './words.ts';

/** So many stand there until all are asked for. */
const SHOWN = 40;

/** Differences for people: where, what, and what it was beside what it is. */
export function ChangeList({ changes, label }: { changes: readonly Change[]; label: string }) {
  if (changes.length === 0) return <p class="faint">Nothing differs.</p>;
  return (
    <>
      <ul class="changes" aria-label={label}>
        {changes.slice(0, SHOWN).map((change, at) => (
          <Line key={at} change={change} />
        ))}
      </ul>
      {changes.length > SHOWN && (
        <details>
          <summary>{changes.length - SHOWN} more</summary>
          <ul class="changes" aria-label={`${label}, continued`}>
            {changes.slice(SHOWN).map((change, at) => (
              <Line key={at} change={change} />
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Line({ change }: { change: Change }) {
  const { before, after } = change;
  return (
    <li>
      <span>
        <strong>{whereChanged(change)}</strong> <span class="faint">{whatChanged(change)}</span>
      </span>
      <span>
        {before !== null && <del>{before}</del>}
        {before !== null && after !== null && <span aria-hidden="true"> → </span>}
        {after !== null && <ins>{after}</ins>}
      </span>
    </li>
  );
}
