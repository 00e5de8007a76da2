import { useState } from 'preact/hooks';
import { ask, sending, v1 } from '../api/client.ts';
import { messageOf, useAnswer } from '../api/use-answer.ts';
import { Failure } from '../parts/failure.tsx';
import { percent } from '../parts/numbers.ts';
import type { Promised, Promises, Taxonomy } from './types.ts';

/** Stands for all categories in an address. */
const ALL = '-';

const MODES = {
  auto: 'auto: what is sure enough is sent to its team.',
  suggest: 'suggest: everything is suggested, and agents confirm it.',
  shadow: 'shadow: everything is recorded and scored, and nothing is acted on.',
};

/** What share may be wrong among the automated, and how that stands; and what is done with decisions at all. */
export function PromisesView({ taxonomy, mayEdit }: { taxonomy: Taxonomy; mayEdit: boolean }) {
  const { data, error, again } = useAnswer('promises', () => ask(v1.promises.$get()));
  const [refused, setRefused] = useState('');
  const attempt = async (work: () => Promise<Promises>) => {
    setRefused('');
    try {
      await work();
      again();
    } catch (thrown) {
      setRefused(messageOf(thrown));
    }
  };
  const set = (category: string, risk: number) =>
    attempt(() => ask(v1.promises[':category'].$put({ param: { category } }, sending({ risk }))));
  const drop = (category: string) => attempt(() => ask(v1.promises[':category'].$delete({ param: { category } })));
  if (error !== undefined) return <Failure>{error}</Failure>;
  if (data === undefined) return null;
  const own = new Set(data.promises.map(({ category }) => category));
  const without = taxonomy.categories.filter(({ key }) => !own.has(key));
  return (
    <div class="stack">
      <section class="card stack">
        <h2>Mode</h2>
        <p>{MODES[data.mode]}</p>
        <p class="hint">The setting USHER_MODE says so; it changes with a restart.</p>
      </section>
      {refused !== '' && <Failure>{refused}</Failure>}
      <section class="card stack">
        <h2>Promise</h2>
        <p>
          How much may be wrong among what is decided without a person. From which confidence on that is done follows
          from it, as soon as outcomes support it.
        </p>
        <table class="promises">
          <thead>
            <tr>
              <th scope="col">For</th>
              <th scope="col">Wrong at most</th>
              <th scope="col">How it stands</th>
              <th scope="col">Wrong among known outcomes</th>
            </tr>
          </thead>
          <tbody>
            {data.promises.map((promise) => (
              <Row
                key={promise.category ?? ALL}
                promise={promise}
                name={nameOf(promise, taxonomy)}
                set={mayEdit ? (risk) => set(promise.category ?? ALL, risk) : undefined}
                drop={mayEdit && promise.category !== null ? () => drop(promise.category ?? ALL) : undefined}
              />
            ))}
          </tbody>
        </table>
      </section>
      {mayEdit && without.length > 0 && <OwnPromise categories={without} set={set} />}
    </div>
  );
}

function nameOf({ category }: Promised, { categories }: Taxonomy): string {
  if (category === null) return 'All others';
  return categories.find(({ key }) => key === category)?.title ?? category;
}

interface RowProps {
  promise: Promised;
  name: string;
  set: ((risk: number) => Promise<void>) | undefined;
  drop: (() => Promise<void>) | undefined;
}

function Row({ promise, name, set, drop }: RowProps) {
  const { risk, state, threshold, wrong, known } = promise;
  return (
    <tr>
      <td>
        <strong>{name}</strong>
      </td>
      <td>
        {set === undefined ? percent(risk) : <RiskForm key={risk} name={name} risk={risk} set={set} />}
        {drop !== undefined && (
          <button onClick={() => void drop()} aria-label={`Take the promise for ${name} away`}>
            Take away
          </button>
        )}
      </td>
      <td>
        {state === 'offered' && <>kept: automated from {percent(threshold ?? 1)} confidence on</>}
        {state === 'not_offered' && <>too little data: automated from 70 % on, the default, which is no promise</>}
        {state === 'withdrawn' && <span class="wrong">withdrawn: nothing is automated until outcomes support it</span>}
      </td>
      <td>
        {wrong === null ? (
          <span class="faint">too little data (n {known ?? 0})</span>
        ) : (
          `${percent(wrong.share)} (${percent(wrong.low)} to ${percent(wrong.high)}, n ${wrong.n})`
        )}
      </td>
    </tr>
  );
}

interface RiskProps {
  name: string;
  risk: number;
  set: (risk: number) => Promise<void>;
}

function RiskForm({ name, risk, set }: RiskProps) {
  const [text, setText] = useState(String(Number((100 * risk).toFixed(2))));
  const typed = shareOf(text);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void set(typed);
  };
  return (
    <form class="risk" onSubmit={submit}>
      <input
        inputMode="decimal"
        aria-label={`Percent that may be wrong, ${name}`}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      %
      <button disabled={Math.abs(typed - risk) < 1e-9} aria-label={`Set the promise for ${name}`}>
        Set
      </button>
    </form>
  );
}

/** The share that somebody typed in percent. */
function shareOf(percent: string): number {
  return Number(percent.replace(',', '.')) / 100;
}

interface OwnProps {
  categories: Taxonomy['categories'];
  set: (category: string, risk: number) => Promise<void>;
}

function OwnPromise({ categories, set }: OwnProps) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!(event.target instanceof HTMLFormElement)) return;
    const form = new FormData(event.target);
    const [category, percent] = [form.get('category'), form.get('percent')];
    if (typeof category === 'string' && typeof percent === 'string') void set(category, shareOf(percent));
  };
  return (
    <form class="card moves" onSubmit={submit}>
      <label class="field">
        <span>A promise of its own for</span>
        <select name="category">
          {categories.map(({ key, title }) => (
            <option key={key} value={key}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>Percent that may be wrong</span>
        <input name="percent" inputMode="decimal" defaultValue="5" required />
      </label>
      <button>Add</button>
    </form>
  );
}
