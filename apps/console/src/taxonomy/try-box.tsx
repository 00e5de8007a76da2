import { useState } from 'preact/hooks';
import { ask, sending, v1 } from '../api/client.ts';
import { messageOf } from '../api/use-answer.ts';
import { Confidence } from '../parts/confidence.tsx';
import { Failure } from '../parts/failure.tsx';
import { Field } from '../parts/field.tsx';
import { hours } from './category-list.tsx';
import type { Taxonomy, Tried } from './types.ts';

interface Props {
  taxonomy: Taxonomy;
  isChanged: boolean;
  /** False while something is wrong with the draft. */
  isValid: boolean;
}

/** A text, and what would be decided about it: by the draft, and by the list in force beside it. */
export function TryBox({ taxonomy, isChanged, isValid }: Props) {
  const [tried, setTried] = useState<{ by: Taxonomy; answer: Tried }>();
  const [error, setError] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (isBusy || !(event.target instanceof HTMLFormElement)) return;
    const form = new FormData(event.target);
    setIsBusy(true);
    setError('');
    try {
      const given = { taxonomy, subject: form.get('subject'), body: form.get('body') };
      setTried({ by: taxonomy, answer: await ask(v1.taxonomy.try.$post({}, sending(given))) });
    } catch (thrown) {
      setError(messageOf(thrown));
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <div class="halves">
      <form class="card stack" onSubmit={(event) => void submit(event)}>
        <h2>Try a ticket</h2>
        <Field label="Subject">
          <input name="subject" maxLength={2_000} />
        </Field>
        <Field label="Text">
          <textarea name="body" rows={8} required />
        </Field>
        {!isValid && <p class="wrong">Something is wrong with the draft: mend it first.</p>}
        {error !== '' && <Failure>{error}</Failure>}
        <button class="primary" disabled={isBusy || !isValid}>
          {isBusy ? 'Learning and deciding …' : isChanged ? 'Try the draft' : 'Try it'}
        </button>
        <p class="hint">A changed list is learnt first, which takes seconds. Nothing is stored.</p>
      </form>
      <section class="card stack" aria-live="polite" aria-label="What would be decided">
        {tried === undefined ? (
          <p class="empty">What would be decided stands here.</p>
        ) : (
          <Outcome answer={tried.answer} isChanged={isChanged} isStale={tried.by !== taxonomy} />
        )}
      </section>
    </div>
  );
}

type Side = Tried['draft'];

const ACTIONS = { route: 'sent to the team', suggest: 'suggested to an agent', triage: 'left to a person' };

function Outcome({ answer, isChanged, isStale }: { answer: Tried; isChanged: boolean; isStale: boolean }) {
  const { draft, in_force: inForce } = answer;
  const rows: [name: string, of: (side: Side) => string][] = [
    [
      'Category',
      ({ category, subcategory }) => [category ?? 'none', ...(subcategory ? [subcategory] : [])].join(' / '),
    ],
    ['Decision', ({ action }) => ACTIONS[action]],
    ['Team', (side) => side.routed_to],
    ['Priority', (side) => side.priority],
    ['SLA', (side) => hours(side.sla_hours)],
    ['Note', (side) => side.note ?? 'none'],
    ['Why', (side) => side.rationale ?? 'nothing was predicted'],
  ];
  return (
    <>
      {isStale && <p class="notice">The draft has changed since: try again.</p>}
      <table class="sides">
        <thead>
          <tr>
            <th scope="col">
              <span class="unseen">What</span>
            </th>
            <th scope="col">{isChanged ? 'Draft' : 'Decided'}</th>
            {isChanged && <th scope="col">In force</th>}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">Confidence</th>
            <td>
              <Confidence value={draft.confidence} isCalibrated={draft.calibrated} />
            </td>
            {isChanged && (
              <td>
                <Confidence value={inForce.confidence} isCalibrated={inForce.calibrated} />
              </td>
            )}
          </tr>
          {rows.map(([name, of]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{isChanged && of(draft) !== of(inForce) ? <ins>{of(draft)}</ins> : of(draft)}</td>
              {isChanged && <td>{of(inForce)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      <p class="hint">{answer.note}</p>
    </>
  );
}
