import { Moment } from '../parts/moment.tsx';
import { Sample } from '../parts/sample.tsx';
import type { Item } from './item.ts';
import { Similar } from './similar.tsx';

/** The text that is to be judged, as its sender wrote it. */
export function ItemView({ item }: { item: Item }) {
  return (
    <article class="text" aria-live="polite">
      <p class="faint">
        <a href={item.kind === 'audit' ? undefined : `/tickets/${item.id}`}>
          {item.source}:{item.ticket_id}
        </a>{' '}
        · came in <Moment at={item.received_at} />
        {item.sla_due_at !== null && (
          <>
            {' '}
            · due <Moment at={item.sla_due_at} />
          </>
        )}{' '}
        <Sample isSample={item.sample} />
      </p>
      <h2 class="title">{item.subject || '(no subject)'}</h2>
      <pre class="body">{item.body}</pre>
      {item.kind !== 'audit' && <Similar id={item.id} />}
    </article>
  );
}
