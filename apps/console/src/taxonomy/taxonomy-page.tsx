import { useLocation } from 'preact-iso';
import { useEffect, useState } from 'preact/hooks';
import { Failure } from '../parts/failure.tsx';
import { may, useSession } from '../session/session.tsx';
import { type View, viewAddress, viewOf, VIEWS } from './addresses.ts';
import { Categories } from './categories.tsx';
import { Overtaken } from './overtaken.tsx';
import { PromisesView } from './promises-view.tsx';
import { PublishView } from './publish-view.tsx';
import { TryBox } from './try-box.tsx';
import { type Checked, useCheck } from './use-check.ts';
import { type Draft, useDraft } from './use-draft.ts';
import type { Previewed } from './use-publishing.ts';
import { VersionsView } from './versions-view.tsx';
import { Warnings } from './warnings.tsx';
import { counted } from './words.ts';
import { Wrong } from './wrong.ts';

const NAMES: Record<View, string> = {
  categories: 'Categories',
  try: 'Try it',
  publish: 'Publish',
  versions: 'Versions',
  promises: 'Promise',
};

/** Whoever may not publish has nothing to try and publish either. */
const FOR_READERS: readonly View[] = ['categories', 'versions', 'promises'];

/** The category list: everybody reads it; administrators draft, try, preview and publish it, and go back. */
export function TaxonomyPage() {
  const { query } = useLocation();
  const { person } = useSession();
  const mayEdit = may(person, 'admin');
  const draft = useDraft(person.email);
  const checked = useCheck(mayEdit ? draft.now : undefined);
  useNewest(draft, checked);
  const asked = viewOf(query['view']);
  const view = mayEdit || FOR_READERS.includes(asked) ? asked : 'categories';
  return (
    <Wrong.Provider value={checked.errors}>
      <div class="taxonomy">
        <div class="bar">
          <h1>Taxonomy</h1>
          <Tabs views={mayEdit ? VIEWS : FOR_READERS} view={view} />
          {draft.inForce !== undefined && <span class="faint">Version {draft.inForce.version} is in force</span>}
        </div>
        {draft.error !== undefined && <Failure>{draft.error}</Failure>}
        {checked.failure !== '' && <Failure>{checked.failure}</Failure>}
        {mayEdit && <DraftBar draft={draft} checked={checked} />}
        <Shown view={view} draft={draft} checked={checked} mayEdit={mayEdit} />
      </div>
    </Wrong.Provider>
  );
}

/** Reads what is in force again where a check says that it is newer. */
function useNewest({ inForce, again }: Draft, checked: Checked): void {
  const isOld = inForce !== undefined && checked.inForce !== undefined && checked.inForce > inForce.version;
  useEffect(() => (isOld ? again() : undefined), [isOld, again]);
}

function Tabs({ views, view }: { views: readonly View[]; view: View }) {
  return (
    <nav aria-label="Parts of the taxonomy">
      {views.map((one) => (
        <a key={one} href={viewAddress(one)} aria-current={one === view ? 'true' : undefined}>
          {NAMES[one]}
        </a>
      ))}
    </nav>
  );
}

interface ShownProps {
  view: View;
  draft: Draft;
  checked: Checked;
  mayEdit: boolean;
}

function Shown({ view, draft, checked, mayEdit }: ShownProps) {
  const [previewed, setPreviewed] = useState<Previewed>();
  const { now, inForce, isChanged } = draft;
  if (now === undefined || inForce === undefined) return null;
  if (view === 'try') return <TryBox taxonomy={now} isChanged={isChanged} isValid={checked.isValid} />;
  if (view === 'publish') {
    const props = { draft, taxonomy: now, checked, previewed, setPreviewed };
    return <PublishView {...props} />;
  }
  if (view === 'versions') return <VersionsView inForce={inForce.version} mayEdit={mayEdit} changed={draft.again} />;
  if (view === 'promises') return <PromisesView taxonomy={inForce.taxonomy} mayEdit={mayEdit} />;
  return (
    <>
      <Warnings likenesses={checked.likenesses} />
      <Categories draft={draft} taxonomy={now} mayEdit={mayEdit} />
    </>
  );
}

/** What is drafted and not published. */
function DraftBar({ draft, checked }: { draft: Draft; checked: Checked }) {
  const { inForce, removed } = draft;
  const wrong = checked.errors.size;
  return (
    <>
      {inForce !== undefined && <Overtaken draft={draft} inForce={inForce} />}
      {draft.isChanged && (
        <div class="draft-bar card">
          <span>
            <strong>Your draft</strong> is not published.{' '}
            {wrong > 0 && <span class="wrong">{counted(wrong, 'thing is', 'things are')} to mend.</span>}
            {wrong === 0 && checked.changes.length > 0 && `${counted(checked.changes.length, 'change')}.`}{' '}
            <span class="faint">
              {draft.isKept
                ? 'This tab keeps it until it is closed.'
                : 'It is too large for this browser to keep: publish it before you leave.'}
            </span>
          </span>
          <span class="moves">
            <a class="button" href={viewAddress('try')}>
              Try it
            </a>
            <a class="button" href={viewAddress('publish')}>
              Preview and publish
            </a>
            <button onClick={() => draft.discard()}>Discard</button>
          </span>
        </div>
      )}
      {removed !== undefined && (
        <p class="notice" role="status">
          {removed.what} <button onClick={removed.undo}>Put it back</button>
        </p>
      )}
    </>
  );
}
