import { changeCategory, changeSubcategory, moveBy, removeSubcategory } from './edits.ts';
import { KeyField, TextField } from './fields.tsx';
import type { Category, Subcategory } from './types.ts';
import type { Draft } from './use-draft.ts';

interface Props {
  draft: Draft;
  category: Category;
  /** The category's place in the list, and the subcategory's in the category. */
  at: number;
  place: number;
  child: Subcategory;
}

/** One subcategory, to be changed, moved or removed. */
export function SubcategoryEditor({ draft, category, at, place, child }: Props) {
  const path = `categories[${at}].subcategories[${place}]`;
  const before = draft.base?.taxonomy.categories.find(({ key }) => key === category.key);
  const isPublished = before?.subcategories.some(({ key }) => key === child.key) ?? false;
  const set = (fields: Partial<Subcategory>) =>
    draft.edit((list) => changeCategory(list, at, (own) => changeSubcategory(own, place, { ...child, ...fields })));
  const move = (by: number) =>
    draft.edit((list) =>
      changeCategory(list, at, (own) => ({ ...own, subcategories: moveBy(own.subcategories, place, by) })),
    );
  const remove = () =>
    draft.remove(`The subcategory “${child.title}” is removed from the draft.`, (list) =>
      changeCategory(list, at, (own) => removeSubcategory(own, place)),
    );
  return (
    <fieldset class="child">
      <legend>
        <code>{child.key}</code>
      </legend>
      <TextField label="Title" path={`${path}.title`} value={child.title} change={(title) => set({ title })} />
      {!isPublished && (
        <KeyField key={child.key} label="Key" path={`${path}.key`} value={child.key} change={(key) => set({ key })} />
      )}
      <TextField
        label="Description"
        path={`${path}.description`}
        rows={2}
        value={child.description}
        change={(description) => set({ description })}
      />
      <div class="moves">
        <button onClick={() => move(-1)} disabled={place === 0} aria-label={`Move ${child.title} up`}>
          ↑
        </button>
        <button
          onClick={() => move(1)}
          disabled={place === category.subcategories.length - 1}
          aria-label={`Move ${child.title} down`}
        >
          ↓
        </button>
        <button onClick={remove} aria-label={`Remove ${child.title}`}>
          Remove
        </button>
      </div>
    </fieldset>
  );
}
