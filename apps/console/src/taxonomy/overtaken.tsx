import { useState } from 'preact/hooks';
import { ask, v1 } from '../api/client.ts';
import { useAnswer } from '../api/use-answer.ts';
import { Differences } from './differences.tsx';
import type { InForce } from './in-force.ts';
import { merge } from './merge.ts';
import type { Draft } from './use-draft.ts';

/** Says that somebody published while a draft was written: what they changed, and how to go on. */
export function Overtaken({ draft, inForce }: { draft: Draft; inForce: InForce }) {
  const [conflicts, setConflicts] = useState<readonly string[]>([]);
  const { now, base } = draft;
  if (now === undefined || base === undefined) return null;
  if (!draft.isOvertaken) return <Conflicts conflicts={conflicts} />;
  const takeOver = () => {
    const merged = merge(base.taxonomy, now, inForce.taxonomy);
    setConflicts(merged.conflicts);
    draft.rebase(inForce, merged.taxonomy);
  };
  return (
    <section class="notice stack" role="alert">
      <p>
        <strong>Version {inForce.version} was published while you wrote.</strong> Your draft is made from version{' '}
        {base.version} and is kept; nothing of it is in force. <Whose version={inForce.version} />
      </p>
      <Differences from={base.version} to={inForce.version} />
      <div class="moves">
        <button class="primary" onClick={takeOver}>
          Go on with both
        </button>
        <button onClick={draft.discard}>Drop my draft</button>
      </div>
    </section>
  );
}

function Whose({ version }: { version: number }) {
  const { data } = useAnswer('taxonomy/versions/newest', () =>
    ask(v1.taxonomy.versions.$get({ query: { limit: '5' } })),
  );
  const found = data?.versions.find((one) => one.version === version);
  return found === undefined ? null : <>It is by {found.published_by}. They changed:</>;
}

function Conflicts({ conflicts }: { conflicts: readonly string[] }) {
  if (conflicts.length === 0) return null;
  return (
    <p class="notice" role="status">
      Both of you had changed {conflicts.join('; ')}. Yours stands there now: please look.
    </p>
  );
}
