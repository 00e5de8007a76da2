import { useContext, useState } from 'preact/hooks';
import { changeCategory, removeAt, replaceAt, withSubcategory } from './edits.ts';
import { ChoiceField, TextField } from './fields.tsx';
import type { Category, Example } from './types.ts';
import type { Draft } from './use-draft.ts';
import { countWrong, Wrong } from './wrong.ts';

/** So many stand there until all are asked for. */
const SHOWN = 12;

/** The labelled texts of a category: a line each, one opened at a time. */
export function ExamplesEditor({ draft, category, at }: { draft: Draft; category: Category; at: number }) {
  const wrong = useContext(Wrong);
  const [open, setOpen] = useState<number | undefined>();
  const [isWhole, setIsWhole] = useState(false);
  const path = `categories[${at}].examples`;
  const { examples } = category;
  const shown = isWhole || countWrong(wrong, path) > 0 ? examples : examples.slice(0, SHOWN);
  const edit = (change: (examples: Example[]) => Example[]) =>
    draft.edit((list) => changeCategory(list, at, (own) => ({ ...own, examples: change(own.examples) })));
  const add = () => {
    edit((before) => [{ subject: '', body: '' }, ...before]);
    setOpen(0);
  };
  const remove = (place: number) => {
    draft.remove('The example is removed from the draft.', (list) =>
      changeCategory(list, at, (own) => ({ ...own, examples: removeAt(own.examples, place) })),
    );
    setOpen(undefined);
  };
  return (
    <section>
      <div class="with-button">
        <h3>
          Examples <span class="count">{examples.length}</span>
        </h3>
        <button onClick={add}>Add an example</button>
      </div>
      <p class="hint">Texts as customers write them, above all those that are easily taken for a neighbour.</p>
      <ul class="example-lines">
        {shown.map((example, place) => (
          <li key={place}>
            <button
              class="example-line"
              aria-expanded={open === place}
              onClick={() => setOpen(open === place ? undefined : place)}
            >
              <span>{lineOf(example)}</span>
              {countWrong(wrong, `${path}[${place}]`) > 0 && <span class="state triaged">to mend</span>}
              {example.subcategory !== undefined && <small>{example.subcategory}</small>}
            </button>
            {open === place && (
              <ExampleForm
                path={`${path}[${place}]`}
                example={example}
                category={category}
                change={(changed) => edit((before) => replaceAt(before, place, changed))}
                remove={() => remove(place)}
              />
            )}
          </li>
        ))}
      </ul>
      {shown.length < examples.length && (
        <button onClick={() => setIsWhole(true)}>Show all {examples.length} examples</button>
      )}
    </section>
  );
}

interface FormProps {
  path: string;
  example: Example;
  category: Category;
  change: (example: Example) => void;
  remove: () => void;
}

function ExampleForm({ path, example, category, change, remove }: FormProps) {
  const options = [['', 'none'] as const, ...category.subcategories.map(({ key, title }) => [key, title] as const)];
  return (
    <div class="child">
      <TextField
        label="Subject"
        path={`${path}.subject`}
        value={example.subject}
        change={(subject) => change({ ...example, subject })}
      />
      <TextField
        label="Text"
        path={`${path}.body`}
        rows={5}
        value={example.body}
        change={(body) => change({ ...example, body })}
      />
      <ChoiceField
        label="Subcategory"
        path={`${path}.subcategory`}
        value={example.subcategory ?? ''}
        options={options}
        change={(chosen) => change(withSubcategory(example, chosen === '' ? undefined : chosen))}
      />
      <div class="moves">
        <button onClick={remove}>Remove this example</button>
      </div>
    </div>
  );
}

function lineOf({ subject, body }: Example): string {
  const text = subject === '' ? body : `${subject} · ${body}`;
  return text === '' ? '(empty)' : text.slice(0, 160);
}
