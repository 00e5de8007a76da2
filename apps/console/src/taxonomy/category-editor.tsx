import type { Draft, Edit } from './use-draft.ts';
import { addSubcategory, changeCategory, renameCategory } from './edits.ts';
import { ExamplesEditor } from './examples-editor.tsx';
import { ChoiceField, KeyField, LinesField, NumberField, TextField } from './fields.tsx';
import { SubcategoryEditor } from './subcategory-editor.tsx';
import type { Category, Taxonomy } from './types.ts';

const PRIORITIES = ['low', 'medium', 'high', 'urgent'] as const;
const TEAMS = 'teams-known';

interface Props {
  draft: Draft;
  taxonomy: Taxonomy;
  at: number;
  category: Category;
  /** Called when the key was changed, by which the address names it. */
  renamed: (key: string) => void;
}

/** Everything about one category, to be changed. */
export function CategoryEditor({ draft, taxonomy, at, category, renamed }: Props) {
  const path = `categories[${at}]`;
  const isPublished = draft.base?.taxonomy.categories.some(({ key }) => key === category.key) ?? false;
  const edit = (change: (category: Category) => Category) => draft.edit((before) => changeCategory(before, at, change));
  const set = (fields: Partial<Category>) => edit((before) => ({ ...before, ...fields }));
  const rename: (key: string) => void = (key) => {
    const change: Edit = (before) => renameCategory(before, at, key);
    draft.edit(change);
    renamed(key);
  };
  return (
    <div class="card category">
      <TextField label="Title" path={`${path}.title`} value={category.title} change={(title) => set({ title })} />
      {isPublished ? (
        <p class="hint">
          Key <code>{category.key}</code>: past decisions, reports and programs know it by this name, so that it stays.
        </p>
      ) : (
        <KeyField
          label="Key"
          path={`${path}.key`}
          value={category.key}
          change={rename}
          hint="Its name for programs, for good: lower case letters, digits and underscores."
        />
      )}
      <TextField
        label="What belongs here, and what does not"
        path={`${path}.description`}
        rows={5}
        value={category.description}
        change={(description) => set({ description })}
        hint="As you would explain it to a new colleague. Claude reads it word for word; the local model learns from it."
      />
      <div class="three">
        <TextField
          label="Team"
          path={`${path}.team`}
          list={TEAMS}
          value={category.team}
          change={(team) => set({ team })}
        />
        <ChoiceField
          label="Priority"
          path={`${path}.priority`}
          value={category.priority}
          options={PRIORITIES.map((one) => [one, one])}
          change={(chosen) => set({ priority: PRIORITIES.find((one) => one === chosen) ?? category.priority })}
        />
        <NumberField
          label="SLA, hours from arrival"
          path={`${path}.sla_hours`}
          value={category.sla_hours}
          change={(hours) => set({ sla_hours: hours })}
        />
      </div>
      <Teams taxonomy={taxonomy} />
      <LinesField
        label="Keywords, one a line"
        path={`${path}.keywords`}
        value={category.keywords}
        change={(keywords) => set({ keywords })}
      />
      <section>
        <div class="with-button">
          <h3>Subcategories</h3>
          <button onClick={() => edit(addSubcategory)}>Add a subcategory</button>
        </div>
        {category.subcategories.map((child, place) => (
          <SubcategoryEditor key={place} draft={draft} category={category} at={at} place={place} child={child} />
        ))}
      </section>
      <ExamplesEditor draft={draft} category={category} at={at} />
    </div>
  );
}

function Teams({ taxonomy }: { taxonomy: Taxonomy }) {
  const teams = [...new Set(taxonomy.categories.map(({ team }) => team))].sort();
  return (
    <datalist id={TEAMS}>
      {teams.map((team) => (
        <option key={team} value={team} />
      ))}
    </datalist>
  );
}
