import type { z } from 'zod';
import { type ClaudeError, claudeErrors } from './claude-server-errors.ts';
import { catalogue } from './claude-server-models.ts';
import { blocksOf, ClaudeRequest } from './claude-server-request.ts';

/** Limits of structured output, from Anthropic's documentation of it. */
const REFUSED_IN_SCHEMAS = [
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
];
const MAX_OPTIONAL_PROPERTIES = 24;
const MAX_BREAKPOINTS = 4;

type Check = { request: ClaudeRequest } | { error: ClaudeError };

/** Refuses what the API would refuse: unknown or missing fields, sampling parameters, unpaired tool results, loose schemas. */
export function checkRequest(body: unknown): Check {
  const read = ClaudeRequest.safeParse(body);
  if (!read.success) return refuse(firstProblem(read.error));
  const request = read.data;
  const model = Object.hasOwn(catalogue, request.model) ? catalogue[request.model] : undefined;
  if (model === undefined || model.lifecycle === 'retired')
    return { error: { ...claudeErrors.not_found, message: `model: ${request.model}` } };
  const problem =
    thinkingProblem(request, model.thinking) ??
    conversationProblem(request) ??
    toolProblem(request) ??
    cacheProblem(body) ??
    formatProblem(request);
  return problem === undefined ? { request } : refuse(problem);
}

function firstProblem({ issues: [issue] }: z.ZodError): string {
  return `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'invalid'}`;
}

function thinkingProblem({ thinking }: ClaudeRequest, accepted: readonly string[]): string | undefined {
  if (thinking === undefined || accepted.includes(thinking.type)) return undefined;
  return `thinking.type: "${thinking.type}" is not supported by this model`;
}

function refuse(message: string): Check {
  return { error: { ...claudeErrors.invalid_request, message } };
}

function conversationProblem({ messages }: ClaudeRequest): string | undefined {
  if (messages[0]?.role !== 'user') return 'messages: first message must use the "user" role';
  if (messages.at(-1)?.role !== 'user') return 'messages: this model does not support prefill';
  return undefined;
}

function toolProblem({ messages, tools = [] }: ClaudeRequest): string | undefined {
  let open: string[] = [];
  for (const [index, message] of messages.entries()) {
    const blocks = blocksOf(message);
    const results = blocks.flatMap((block) => (block.type === 'tool_result' ? [block.tool_use_id] : []));
    const stray = results.find((id) => !open.includes(id));
    if (stray !== undefined) return `messages.${index}: unexpected tool_use_id in tool_result: ${stray}`;
    const missing = open.find((id) => !results.includes(id));
    if (missing !== undefined) return `messages.${index}: tool_use without tool_result: ${missing}`;
    const uses = blocks.filter((block) => block.type === 'tool_use');
    if (message.role === 'user' && uses.length > 0) return `messages.${index}: tool_use belongs to the assistant`;
    if (uses.some(({ name }) => !tools.some((tool) => tool.name === name)))
      return `messages.${index}: the tool of a tool_use must be defined in tools`;
    open = uses.map(({ id }) => id);
  }
  return undefined;
}

function cacheProblem(body: unknown): string | undefined {
  const breakpoints = JSON.stringify(body).split('"cache_control":{').length - 1;
  return breakpoints > MAX_BREAKPOINTS
    ? `A maximum of ${MAX_BREAKPOINTS} blocks with cache_control may be provided`
    : undefined;
}

function formatProblem({ output_config: config }: ClaudeRequest): string | undefined {
  const format = config?.format;
  return format == null ? undefined : schemaProblem(format.schema, 'output_config.format.schema');
}

function schemaProblem(schema: Record<string, unknown>, path: string): string | undefined {
  const refused = REFUSED_IN_SCHEMAS.find((keyword) => keyword in schema);
  if (refused !== undefined) return `${path}: "${refused}" is not supported`;
  if (schema['type'] !== 'object') return undefined;
  if (schema['additionalProperties'] !== false) return `${path}: "additionalProperties" must be false`;
  const properties = Object.entries(asRecord(schema['properties']));
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  if (properties.length - required.length > MAX_OPTIONAL_PROPERTIES) return `${path}: too many optional properties`;
  for (const [name, property] of properties) {
    const problem = schemaProblem(asRecord(property), `${path}.${name}`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
