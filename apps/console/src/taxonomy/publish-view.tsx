import { useState } from 'preact/hooks';
import { Failure } from '../parts/failure.tsx';
import { Field } from '../parts/field.tsx';
import { viewAddress } from './addresses.ts';
import { ChangeList } from './change-list.tsx';
import { PreviewResult } from './preview-result.tsx';
import type { Taxonomy } from './types.ts';
import type { Checked } from './use-check.ts';
import type { Draft } from './use-draft.ts';
import { type Previewed, type Publishing, usePublishing } from './use-publishing.ts';
import { counted } from './words.ts';

/** How many of the newest tickets may be tried. */
const LIMITS = [100, 300, 1_000];

interface Props {
  draft: Draft;
  taxonomy: Taxonomy;
  checked: Checked;
  previewed: Previewed | undefined;
  setPreviewed: (previewed: Previewed) => void;
}

/** What the draft changes, what that would have meant for past tickets, and then the button that publishes it. */
export function PublishView({ draft, taxonomy, checked, previewed, setPreviewed }: Props) {
  const publishing = usePublishing({ draft, taxonomy, setPreviewed });
  if (!draft.isChanged) return <Published version={publishing.done} />;
  const isReady = checked.isValid && publishing.busy === undefined && !draft.isOvertaken;
  const isSeen = previewed?.of === taxonomy;
  return (
    <div class="stack">
      <Changes checked={checked} />
      <section class="card stack">
        <h2>What it would have meant</h2>
        <LookForm publishing={publishing} isReady={isReady} />
        <div class="stack" aria-live="polite">
          {previewed !== undefined && <Seen previewed={previewed} isSeen={isSeen} />}
        </div>
      </section>
      {publishing.error !== '' && <Failure>{publishing.error}</Failure>}
      {isSeen ? (
        <div class="moves">
          <button class="primary" disabled={!isReady} onClick={publishing.publish}>
            {publishing.busy === 'publish' ? 'Publishing …' : 'Publish'}
          </button>
          <span class="hint">Workers take it up within seconds; the local model is learnt again.</span>
        </div>
      ) : (
        <p class="hint">The button to publish comes with the preview.</p>
      )}
    </div>
  );
}

function Seen({ previewed, isSeen }: { previewed: Previewed; isSeen: boolean }) {
  if (isSeen) return <PreviewResult preview={previewed.preview} />;
  return <p class="notice">The draft has changed since it was tried: preview it again.</p>;
}

function Changes({ checked: { errors, changes, isValid } }: { checked: Checked }) {
  return (
    <section class="card stack">
      <h2>{isValid ? counted(changes.length, 'change') : 'Changes'}</h2>
      {errors.size > 0 ? (
        <p class="wrong">{counted(errors.size, 'thing is', 'things are')} to mend before it can be published.</p>
      ) : (
        <ChangeList changes={changes} label="What the draft changes" />
      )}
    </section>
  );
}

function LookForm({ publishing, isReady }: { publishing: Publishing; isReady: boolean }) {
  const [limit, setLimit] = useState('300');
  return (
    <div class="moves">
      <Field label="Newest tickets">
        <select value={limit} onChange={(event) => setLimit(event.currentTarget.value)}>
          {LIMITS.map((count) => (
            <option key={count}>{count}</option>
          ))}
        </select>
      </Field>
      <button class="primary" disabled={!isReady} onClick={() => publishing.preview(limit)}>
        {publishing.busy === 'preview' ? 'Deciding them again …' : 'Preview'}
      </button>
    </div>
  );
}

function Published({ version }: { version: number | undefined }) {
  if (version === undefined)
    return <p class="empty">Nothing is changed. What you change under Categories is previewed and published here.</p>;
  return (
    <p class="card" role="status">
      Version {version} is in force.{' '}
      <a href={viewAddress('versions', { from: version - 1, to: version })}>What it changed</a>
      <br />
      <span class="hint">
        The local model learns it now by itself, which takes seconds, with many labels a minute or so. What comes in
        meanwhile waits for it, or goes to Claude where there is a key.
      </span>
    </p>
  );
}
