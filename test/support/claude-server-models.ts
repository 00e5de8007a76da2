type Lifecycle = 'active' | 'deprecated' | 'retired';
type Thinking = 'disabled' | 'between_tools' | 'adaptive' | 'enabled';

interface CatalogueEntry {
  name: string;
  lifecycle: Lifecycle;
  retiresAt: string | null;
  /** Values of `thinking.type` that the model accepts. */
  thinking: readonly Thinking[];
}

/** The models that the server knows, with what it takes for a model to accept a request. */
export const catalogue: Readonly<Record<string, CatalogueEntry>> = {
  'claude-haiku-5-5': {
    name: 'Claude Haiku 5.5',
    lifecycle: 'active',
    retiresAt: null,
    thinking: ['disabled', 'adaptive'],
  },
  'claude-sonnet-5-5': {
    name: 'Claude Sonnet 5.5',
    lifecycle: 'active',
    retiresAt: null,
    thinking: ['between_tools', 'adaptive'],
  },
  'claude-opus-5-5': { name: 'Claude Opus 5.5', lifecycle: 'active', retiresAt: null, thinking: ['adaptive'] },
  'claude-sonnet-4-5': {
    name: 'Claude Sonnet 4.5',
    lifecycle: 'deprecated',
    retiresAt: '2026-11-30T00:00:00Z',
    thinking: ['disabled', 'enabled'],
  },
  'claude-sonnet-4-20250514': {
    name: 'Claude Sonnet 4',
    lifecycle: 'retired',
    retiresAt: '2026-06-15T00:00:00Z',
    thinking: ['disabled', 'enabled'],
  },
};

/** The answer to `GET /v1/models/{id}`; undefined if there is no such model. */
export function modelInfo(id: string) {
  const entry = Object.hasOwn(catalogue, id) ? catalogue[id] : undefined;
  if (entry === undefined) return undefined;
  return {
    type: 'model',
    id,
    display_name: entry.name,
    created_at: '2026-01-01T00:00:00Z',
    deprecated_at: entry.lifecycle === 'active' ? null : '2026-02-01T00:00:00Z',
    lifecycle: entry.lifecycle,
    line: /haiku|sonnet|opus/.exec(id)?.[0] ?? null,
    max_input_tokens: 200_000,
    max_tokens: 64_000,
    retires_at: entry.retiresAt,
    capabilities: null,
  };
}

/** The answer to `GET /v1/models`: all on one page, retired ones only if the query asks for them. */
export function modelPage(lifecycles: readonly string[]) {
  const wanted = lifecycles.length > 0 ? lifecycles : ['active', 'deprecated'];
  const data = Object.keys(catalogue).flatMap((id) => {
    const info = modelInfo(id);
    return info !== undefined && wanted.includes(info.lifecycle) ? [info] : [];
  });
  return { data, has_more: false, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
}
