import { useContext } from 'preact/hooks';
import { viewAddress } from './addresses.ts';
import type { Category, Taxonomy } from './types.ts';
import { countWrong, Wrong } from './wrong.ts';

interface Props {
  taxonomy: Taxonomy;
  /** What stands there now, for telling what is new or changed. */
  before: Taxonomy;
  selected: number;
}

/** The categories in their order, each a link to itself. */
export function CategoryList({ taxonomy, before, selected }: Props) {
  const wrong = useContext(Wrong);
  const was = new Map(before.categories.map((category) => [category.key, category]));
  return (
    <nav class="category-list" aria-label="Categories">
      <ol>
        {taxonomy.categories.map((category, at) => (
          <li key={at}>
            <a
              href={viewAddress('categories', { category: category.key })}
              aria-current={at === selected ? 'true' : undefined}
            >
              <span>
                <strong>{category.title || '(no title)'}</strong>
                <small>
                  {category.team} · {category.priority} · {hours(category.sla_hours)}
                </small>
              </span>
              <Badge wrong={countWrong(wrong, `categories[${at}]`)} was={was.get(category.key)} category={category} />
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function Badge({ wrong, was, category }: { wrong: number; was: Category | undefined; category: Category }) {
  if (wrong > 0) return <span class="state triaged">{wrong} to mend</span>;
  if (was === undefined) return <span class="state suggested">new</span>;
  if (JSON.stringify(was) !== JSON.stringify(category)) return <span class="state suggested">changed</span>;
  return null;
}

/** Hours as people say them. */
export function hours(count: number): string {
  return Number.isFinite(count) ? `${count}\u00A0h` : 'no hours';
}
