import type { Likeness } from './types.ts';
import { counted, percent, whereChanged } from './words.ts';

/** Places that engines can hardly tell apart: nearly the same words under different labels. */
export function Warnings({ likenesses }: { likenesses: readonly Likeness[] }) {
  if (likenesses.length === 0) return null;
  return (
    <details class="notice">
      <summary>{counted(likenesses.length, 'pair')} of places overlap: engines can hardly tell them apart</summary>
      <ul class="likenesses">
        {likenesses.map(({ what, places: [one, other], likeness }, at) => (
          <li key={at}>
            <strong>{whereChanged(one)}</strong> and <strong>{whereChanged(other)}</strong> have {what}s that share{' '}
            {percent(likeness)} of their words:
            <blockquote>{one.text}</blockquote>
            <blockquote>{other.text}</blockquote>
          </li>
        ))}
      </ul>
    </details>
  );
}
