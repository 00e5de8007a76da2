import type { RefObject } from 'preact';
import { useState } from 'preact/hooks';
import { Confidence } from '../parts/confidence.tsx';
import { Field } from '../parts/field.tsx';
import type { Category } from './choices.ts';
import type { Item, Verdict } from './item.ts';

interface Props {
  item: Item;
  choices: readonly Category[];
  picker: RefObject<HTMLSelectElement | null>;
  say: (verdict: Verdict) => void;
}

/** So many choices have a key of their own. */
const WITH_KEYS = 9;

/** What was suggested and why, every category a key or a click away, and the long way with subcategory and note. */
export function Picker({ item, choices, picker, say }: Props) {
  const { suggested } = item;
  return (
    <aside>
      {suggested !== null && suggested.category !== null && (
        <section class="card suggested" aria-label="Suggestion">
          <p>
            <strong>{suggested.category}</strong>
            {suggested.subcategory !== null && ` / ${suggested.subcategory}`}
          </p>
          <Confidence value={suggested.confidence} isCalibrated={suggested.calibrated} />
          {suggested.rationale !== null && <p>{suggested.rationale}</p>}
          {suggested.note !== null && <p class="faint">{suggested.note}</p>}
          <button class="primary" onClick={() => say({ action: 'accept' })}>
            Accept <kbd>Enter</kbd>
          </button>
        </section>
      )}
      {suggested !== null && suggested.category === null && suggested.note !== null && (
        <p class="card faint">{suggested.note}</p>
      )}
      <ol class="choices" aria-label="Categories">
        {choices.map(({ key, title, team }, at) => (
          <li key={key}>
            <button onClick={() => say({ action: 'correct', category: key })}>
              {at < WITH_KEYS && <kbd>{at + 1}</kbd>}
              <span>{title}</span>
              <small>{team}</small>
            </button>
          </li>
        ))}
      </ol>
      <LongWay item={item} choices={choices} picker={picker} say={say} />
      <button onClick={() => say({ action: 'pass' })}>
        Pass <kbd>P</kbd>
      </button>
    </aside>
  );
}

function LongWay({ item, choices, picker, say }: Props) {
  const [category, setCategory] = useState(item.suggested?.category ?? '');
  const subcategories = choices.find(({ key }) => key === category)?.subcategories ?? [];
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!(event.target instanceof HTMLFormElement)) return;
    const form = new FormData(event.target);
    const given = (name: string) => {
      const text = form.get(name);
      return typeof text === 'string' && text !== '' ? { [name]: text } : {};
    };
    say({ action: 'correct', category, ...given('subcategory'), ...given('note') });
  };
  return (
    <form class="card" onSubmit={submit}>
      <Field label="By name (E)">
        <select ref={picker} value={category} onChange={(event) => setCategory(event.currentTarget.value)} required>
          <option value="" disabled>
            choose
          </option>
          {choices.map(({ key, title }) => (
            <option key={key} value={key}>
              {title}
            </option>
          ))}
        </select>
      </Field>
      <Field label="Subcategory">
        <select name="subcategory" disabled={subcategories.length === 0}>
          <option value="">none</option>
          {subcategories.map(({ key, title }) => (
            <option key={key} value={key} selected={key === item.suggested?.subcategory}>
              {title}
            </option>
          ))}
        </select>
      </Field>
      <Field label="Note">
        <input name="note" maxLength={500} placeholder="optional" />
      </Field>
      <button disabled={category === ''}>Choose</button>
    </form>
  );
}
