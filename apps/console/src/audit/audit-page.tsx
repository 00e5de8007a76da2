import type { InferResponseType } from 'hono/client';
import { useLocation } from 'preact-iso';
import { ask, v1 } from '../api/client.ts';
import { useAnswer } from '../api/use-answer.ts';
import { Choice } from '../parts/choice.tsx';
import { Failure } from '../parts/failure.tsx';
import { Moment } from '../parts/moment.tsx';
import { VERBS } from './verbs.ts';

type Page = InferResponseType<typeof v1.audit.$get, 200>;
type Fact = Page['facts'][number];

const FILTERS = ['actor', 'verb', 'cursor'] as const;

/** Who did what, newest first. For administrators. */
export function AuditPage() {
  const { query, route } = useLocation();
  const asked = Object.fromEntries(FILTERS.flatMap((name) => (query[name] ? [[name, query[name]]] : [])));
  const key = `audit?${new URLSearchParams(asked)}`;
  const { data, error } = useAnswer(key, () => ask(v1.audit.$get({ query: asked })));
  const choose = (name: string, value: string) => route(auditAddress({ ...asked, cursor: '', [name]: value }));
  return (
    <>
      <h1>Audit log</h1>
      <div class="filters">
        <label class="wide">
          <span>Who</span>
          <input
            type="search"
            key={asked['actor'] ?? ''}
            defaultValue={asked['actor'] ?? ''}
            placeholder="everybody"
            onChange={(event) => choose('actor', event.currentTarget.value.trim())}
          />
        </label>
        <Choice label="What" name="verb" options={VERBS} given={asked} choose={choose} />
      </div>
      {error !== undefined && <Failure>{error}</Failure>}
      {data !== undefined && <Log page={data} asked={asked} />}
    </>
  );
}

function Log({ page, asked }: { page: Page; asked: Record<string, string> }) {
  return (
    <>
      {page.facts.length === 0 ? (
        <p class="empty">Nobody did anything like this.</p>
      ) : (
        <Facts facts={page.facts} asked={asked} />
      )}
      <nav class="pager" aria-label="More facts">
        {asked['cursor'] !== undefined && <a href={auditAddress({ ...asked, cursor: '' })}>Newest</a>}
        {page.next_cursor !== null && <a href={auditAddress({ ...asked, cursor: page.next_cursor })}>Older</a>}
      </nav>
    </>
  );
}

function auditAddress(filters: Record<string, string>): string {
  return `/audit?${new URLSearchParams(Object.entries(filters).filter(([, value]) => value !== ''))}`;
}

function Facts({ facts, asked }: { facts: readonly Fact[]; asked: Record<string, string> }) {
  return (
    <table class="tickets audit">
      <thead>
        <tr>
          <th>When</th>
          <th>Who</th>
          <th>What</th>
          <th>To what</th>
          <th>How</th>
        </tr>
      </thead>
      <tbody>
        {facts.map(({ id, at, actor, by, verb, subject, detail }) => (
          <tr key={id}>
            <td>
              <Moment at={at} />
            </td>
            <td class="subject">
              <a href={auditAddress({ ...asked, cursor: '', actor })}>{actor}</a>
              <small class="faint">{by === 'usher' ? 'a rule or a command' : by}</small>
            </td>
            <td>{verb}</td>
            <td>
              <Subject subject={subject} />
            </td>
            <td class="detail">{told(detail)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Subject({ subject }: { subject: string }) {
  const ticket = /^ticket (\d+)$/.exec(subject)?.[1];
  return ticket === undefined ? <>{subject}</> : <a href={`/tickets/${ticket}`}>{subject}</a>;
}

/** The details as a reader takes them in: each with its name. */
function told(detail: unknown): string {
  if (typeof detail !== 'object' || detail === null) return '';
  return Object.entries(detail)
    .filter(([, value]: [string, unknown]) => value !== null)
    .map(([name, value]: [string, unknown]) => {
      return `${name.replaceAll('_', ' ')}: ${typeof value === 'string' ? value : JSON.stringify(value)}`;
    })
    .join(' · ');
}
