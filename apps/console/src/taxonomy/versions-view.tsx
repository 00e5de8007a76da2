import { useLocation } from 'preact-iso';
import { ask, v1 } from '../api/client.ts';
import { useAnswer } from '../api/use-answer.ts';
import { Failure } from '../parts/failure.tsx';
import { Field } from '../parts/field.tsx';
import { Moment } from '../parts/moment.tsx';
import { viewAddress } from './addresses.ts';
import { Differences } from './differences.tsx';
import { RollBackDialog } from './roll-back-dialog.tsx';
import type { TaxonomyVersion } from './types.ts';
import { useRollBack } from './use-roll-back.ts';

interface Props {
  inForce: number;
  mayEdit: boolean;
  /** Called when another version may be in force. */
  changed: () => void;
}

/** Every version, what it changed, and the way back to it. */
export function VersionsView({ inForce, mayEdit, changed }: Props) {
  const { query } = useLocation();
  const cursor = query['cursor'];
  const question = () => ask(v1.taxonomy.versions.$get({ query: { limit: '50', ...(cursor && { cursor }) } }));
  const { data, error, again } = useAnswer(`taxonomy/versions?${cursor ?? ''}`, question);
  const back = useRollBack(inForce, () => {
    again();
    changed();
  });
  if (error !== undefined) return <Failure>{error}</Failure>;
  if (data === undefined) return null;
  return (
    <div class="stack">
      {back.done !== '' && (
        <p class="card" role="status">
          {back.done}
        </p>
      )}
      {back.refused !== '' && <Failure>{back.refused}</Failure>}
      <Comparison versions={data.versions} from={Number(query['from'])} to={Number(query['to'])} />
      <List versions={data.versions} rollBack={mayEdit ? back.want : undefined} />
      {data.next_cursor !== null && (
        <nav class="pager" aria-label="More versions">
          <a href={viewAddress('versions', { cursor: data.next_cursor })}>Older</a>
        </nav>
      )}
      {back.wanted !== undefined && (
        <RollBackDialog
          version={back.wanted}
          inForce={inForce}
          confirm={back.confirm}
          close={() => back.want(undefined)}
        />
      )}
    </div>
  );
}

interface ListProps {
  versions: readonly TaxonomyVersion[];
  /** Undefined for those who may not. */
  rollBack: ((version: number) => void) | undefined;
}

function List({ versions, rollBack }: ListProps) {
  return (
    <table class="versions">
      <thead>
        <tr>
          <th scope="col">Version</th>
          <th scope="col">Published</th>
          <th scope="col">By</th>
          <th scope="col">Categories</th>
          <th scope="col">
            <span class="unseen">What to do</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {versions.map((version) => (
          <Row key={version.version} version={version} rollBack={version.in_force ? undefined : rollBack} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ version, rollBack }: { version: TaxonomyVersion; rollBack: ListProps['rollBack'] }) {
  const { version: number, in_force: isInForce, restored_from: from } = version;
  return (
    <tr>
      <td>
        <strong>{number}</strong> {isInForce && <span class="state routed">in force</span>}
        {from !== null && <small>version {from} anew</small>}
      </td>
      <td>
        <Moment at={version.published_at} />
      </td>
      <td class="subject">{version.published_by}</td>
      <td>
        {version.categories} <span class="on-phone">categories</span>
      </td>
      <td class="actions">
        {number > 1 && <a href={viewAddress('versions', { from: number - 1, to: number })}>What it changed</a>}
        {rollBack !== undefined && (
          <button onClick={() => rollBack(number)} aria-label={`Roll back to version ${number}`}>
            Roll back
          </button>
        )}
      </td>
    </tr>
  );
}

interface ComparisonProps {
  versions: readonly TaxonomyVersion[];
  from: number;
  to: number;
}

/** Two versions side by side; the two newest where the address names none. */
function Comparison({ versions, from, to }: ComparisonProps) {
  const { route } = useLocation();
  const newest = versions[0]?.version ?? 1;
  const [since, until] = [from > 0 ? from : Math.max(1, newest - 1), to > 0 ? to : newest];
  const compare = (from: number, to: number) => route(viewAddress('versions', { from, to }), true);
  const numbers = [...new Set([...versions.map(({ version }) => version), since, until])].sort((a, b) => b - a);
  return (
    <section class="card stack">
      <div class="moves">
        <VersionChoice label="From" value={since} numbers={numbers} choose={(chosen) => compare(chosen, until)} />
        <VersionChoice label="To" value={until} numbers={numbers} choose={(chosen) => compare(since, chosen)} />
      </div>
      <Differences from={since} to={until} />
    </section>
  );
}

interface ChoiceProps {
  label: string;
  value: number;
  numbers: readonly number[];
  choose: (version: number) => void;
}

function VersionChoice({ label, value, numbers, choose }: ChoiceProps) {
  return (
    <Field label={label}>
      <select value={String(value)} onChange={(event) => choose(Number(event.currentTarget.value))}>
        {numbers.map((number) => (
          <option key={number} value={String(number)}>
            Version {number}
          </option>
        ))}
      </select>
    </Field>
  );
}
