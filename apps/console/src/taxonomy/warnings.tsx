import { ask, v1 } from '../api/client.ts';
import { useAnswer } from '../api/use-answer.ts';
import { tellEstimate } from '../parts/estimate.tsx';
import { percent } from '../parts/numbers.ts';
import type { Likeness } from './types.ts';
import { counted, whereChanged } from './words.ts';

/** Certainly as many of the texts of two categories must be taken for the other, before that is a warning. */
const LEAST_CONFUSED = 0.05;

/** Places that engines can hardly tell apart: nearly the same words under different labels, and what the local model confuses. */
export function Warnings({ likenesses }: { likenesses: readonly Likeness[] }) {
  const { data } = useAnswer('overlap', () => ask(v1.reports.overlap.$get({ query: {} })));
  const confused = (data?.pairs ?? []).filter(({ confused: { low } }) => low !== null && low >= LEAST_CONFUSED);
  const found = likenesses.length + confused.length;
  if (found === 0) return null;
  return (
    <details class="notice">
      <summary>{counted(found, 'overlap')}: places that engines can hardly tell apart</summary>
      <ul class="likenesses">
        {confused.map(({ categories: [one, other], confused }) => (
          <li key={`${one} ${other}`}>
            <strong>{one}</strong> and <strong>{other}</strong> are taken for each other: {tellEstimate(confused)} of
            their labelled texts, which the local model in force had not seen.
          </li>
        ))}
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
