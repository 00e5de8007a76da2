import { useLocation } from 'preact-iso';
import { viewAddress } from './addresses.ts';
import { CategoryEditor } from './category-editor.tsx';
import { CategoryList } from './category-list.tsx';
import { CategoryView } from './category-view.tsx';
import { addCategory, moveBy, removeAt } from './edits.ts';
import { ChoiceField } from './fields.tsx';
import type { Taxonomy } from './types.ts';
import type { Draft } from './use-draft.ts';

interface Props {
  draft: Draft;
  taxonomy: Taxonomy;
  mayEdit: boolean;
}

/** The list on one side, the category that is looked at on the other. */
export function Categories({ draft, taxonomy, mayEdit }: Props) {
  const { query, route } = useLocation();
  const { categories } = taxonomy;
  // A new one stands last; while it is named, its key may be that of an older one.
  const selected = Math.max(
    0,
    categories.findLastIndex(({ key }) => key === query['category']),
  );
  const category = categories[selected];
  const show = (key: string | undefined) => route(viewAddress('categories', { category: key }), true);
  const add = () => {
    const added = addCategory(taxonomy);
    draft.edit(() => added);
    show(added.categories.at(-1)?.key);
  };
  return (
    <div class="categories">
      <div>
        <CategoryList taxonomy={taxonomy} before={draft.inForce?.taxonomy ?? taxonomy} selected={selected} />
        {mayEdit && <button onClick={add}>Add a category</button>}
        <Fallback draft={draft} taxonomy={taxonomy} mayEdit={mayEdit} />
      </div>
      {category !== undefined && !mayEdit && <CategoryView category={category} />}
      {category !== undefined && mayEdit && (
        <div>
          <Order draft={draft} taxonomy={taxonomy} at={selected} show={show} />
          <CategoryEditor
            key={`${draft.generation}/${selected}`}
            draft={draft}
            taxonomy={taxonomy}
            at={selected}
            category={category}
            renamed={show}
          />
        </div>
      )}
    </div>
  );
}

function Fallback({ draft, taxonomy, mayEdit }: Props) {
  const options = taxonomy.categories.map(({ key, title }) => [key, title] as const);
  const hint = 'Its priority and SLA hold for a ticket about which nothing could be predicted.';
  if (!mayEdit)
    return (
      <p class="hint">
        Fallback: {options.find(([key]) => key === taxonomy.fallback)?.[1]}. {hint}
      </p>
    );
  return (
    <ChoiceField
      label="Fallback"
      path="fallback"
      value={taxonomy.fallback}
      options={options}
      change={(fallback) => draft.edit((before) => ({ ...before, fallback }))}
      hint={hint}
    />
  );
}

interface OrderProps {
  draft: Draft;
  taxonomy: Taxonomy;
  at: number;
  show: (key: string | undefined) => void;
}

function Order({ draft, taxonomy, at, show }: OrderProps) {
  const { categories } = taxonomy;
  const title = categories[at]?.title;
  const move = (by: number) => draft.edit((before) => ({ ...before, categories: moveBy(before.categories, at, by) }));
  const remove = () => {
    draft.remove(`The category “${title}” is removed from the draft.`, (before) => ({
      ...before,
      categories: removeAt(before.categories, at),
    }));
    show(categories[at === 0 ? 1 : at - 1]?.key);
  };
  return (
    <div class="moves">
      <button onClick={() => move(-1)} disabled={at === 0} aria-label={`Move ${title} up`}>
        ↑ Up
      </button>
      <button onClick={() => move(1)} disabled={at === categories.length - 1} aria-label={`Move ${title} down`}>
        ↓ Down
      </button>
      <button onClick={remove} disabled={categories.length === 1} aria-label={`Remove ${title}`}>
        Remove
      </button>
    </div>
  );
}
