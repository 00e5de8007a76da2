import { hours } from './category-list.tsx';
import type { Category, Example } from './types.ts';

/** A category for those who read it: what belongs to it, and what happens with it. */
export function CategoryView({ category }: { category: Category }) {
  const { key, title, description, team, priority, sla_hours: sla, keywords, subcategories, examples } = category;
  return (
    <article class="card category">
      <h2 class="title">{title}</h2>
      <p>{description}</p>
      <dl class="standing">
        <dt>Key</dt>
        <dd>
          <code>{key}</code>
        </dd>
        <dt>Team</dt>
        <dd>{team}</dd>
        <dt>Priority</dt>
        <dd>{priority}</dd>
        <dt>SLA</dt>
        <dd>{hours(sla)} from arrival</dd>
      </dl>
      {keywords.length > 0 && (
        <>
          <h3>Keywords</h3>
          <ul class="keywords">
            {keywords.map((keyword) => (
              <li key={keyword}>{keyword}</li>
            ))}
          </ul>
        </>
      )}
      {subcategories.length > 0 && (
        <>
          <h3>Subcategories</h3>
          <dl class="children">
            {subcategories.map((child) => (
              <div key={child.key}>
                <dt>
                  {child.title} <code>{child.key}</code>
                </dt>
                <dd>{child.description}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
      <Examples examples={examples} />
    </article>
  );
}

function Examples({ examples }: { examples: readonly Example[] }) {
  if (examples.length === 0) return null;
  return (
    <details>
      <summary>
        {examples.length} {examples.length === 1 ? 'example' : 'examples'}
      </summary>
      <ul class="examples">
        {examples.map(({ subject, body, subcategory }, at) => (
          <li key={at}>
            {subject !== '' && <strong>{subject}</strong>}
            <p>{body}</p>
            {subcategory !== undefined && <small>{subcategory}</small>}
          </li>
        ))}
      </ul>
    </details>
  );
}
