import { useState } from 'preact/hooks';
import { ask, sending, v1 } from '../api/client.ts';
import { messageOf, useAnswer } from '../api/use-answer.ts';
import { Field } from '../parts/field.tsx';
import { Failure } from '../parts/failure.tsx';
import type { Ticket } from './ticket.ts';

/** Says that a ticket is another category, or confirms the one it has. */
export function Correct({ ticket, done }: { ticket: Ticket; done: () => void }) {
  const { data: taxonomy } = useAnswer('taxonomy', () => ask(v1.taxonomy.$get({})));
  const [category, setCategory] = useState(ticket.category ?? '');
  const [error, setError] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const categories = taxonomy?.categories ?? [];
  const subcategories = categories.find(({ key }) => key === category)?.subcategories ?? [];
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (!(event.target instanceof HTMLFormElement)) return;
    const form = new FormData(event.target);
    setIsBusy(true);
    setError('');
    try {
      const given = {
        category,
        subcategory: form.get('subcategory') || undefined,
        note: form.get('note') || undefined,
      };
      await ask(v1.tickets[':id'].corrections.$post({ param: { id: String(ticket.id) } }, sending(given)));
      done();
    } catch (thrown) {
      setError(messageOf(thrown));
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <form class="card" onSubmit={(event) => void submit(event)}>
      <h2>Is it right?</h2>
      <Field label="Category">
        <select value={category} onChange={(event) => setCategory(event.currentTarget.value)} required>
          <option value="" disabled>
            choose
          </option>
          {categories.map(({ key, title }) => (
            <option key={key} value={key}>
              {title}
            </option>
          ))}
        </select>
      </Field>
      {subcategories.length > 0 && (
        <Field label="Subcategory">
          <select name="subcategory">
            <option value="">none</option>
            {subcategories.map(({ key, title }) => (
              <option key={key} value={key} selected={key === ticket.subcategory}>
                {title}
              </option>
            ))}
          </select>
        </Field>
      )}
      <Field label="Note">
        <input name="note" maxLength={500} placeholder="optional" />
      </Field>
      {error !== '' && <Failure>{error}</Failure>}
      <button class="primary" disabled={isBusy || category === ''}>
        {category === ticket.category ? 'Confirm' : 'Correct'}
      </button>
    </form>
  );
}
