import { z } from 'zod';

const CacheControl = z.strictObject({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).optional() });
export type CacheControl = z.infer<typeof CacheControl>;

const cached = { cache_control: CacheControl.nullish() };
const TextBlock = z.strictObject({ type: z.literal('text'), text: z.string().min(1), ...cached });
const ToolUse = z.strictObject({
  type: z.literal('tool_use'),
  id: z.string().regex(/^[a-zA-Z0-9_-]+$/),
  name: z.string(),
  input: z.record(z.string(), z.unknown()),
  ...cached,
});
const ToolResult = z.strictObject({
  type: z.literal('tool_result'),
  tool_use_id: z.string(),
  content: z.union([z.string(), z.array(TextBlock)]).optional(),
  is_error: z.boolean().optional(),
  ...cached,
});
const Block = z.discriminatedUnion('type', [TextBlock, ToolUse, ToolResult]);

const Message = z.strictObject({
  role: z.enum(['user', 'assistant']),
  content: z.union([z.string().min(1), z.array(Block).min(1)]),
});
export type Message = z.infer<typeof Message>;

const Tool = z.strictObject({
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/),
  description: z.string().optional(),
  input_schema: z.looseObject({ type: z.literal('object') }),
  ...cached,
});

/** As much of `POST /v1/messages` as Usher uses; anything else is refused, as the API refuses what it does not know. */
export const ClaudeRequest = z.strictObject({
  model: z.string().min(1),
  max_tokens: z.number().int().nonnegative(),
  messages: z.array(Message).min(1),
  system: z.union([z.string(), z.array(TextBlock)]).optional(),
  tools: z.array(Tool).optional(),
  tool_choice: z.strictObject({ type: z.enum(['auto', 'any', 'none']) }).optional(),
  thinking: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.enum(['disabled', 'between_tools', 'adaptive']) }),
      z.strictObject({ type: z.literal('enabled'), budget_tokens: z.number().int().min(1_024) }),
    ])
    .optional(),
  output_config: z
    .strictObject({
      effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).nullish(),
      format: z.strictObject({ type: z.literal('json_schema'), schema: z.record(z.string(), z.unknown()) }).nullish(),
    })
    .optional(),
  metadata: z.strictObject({ user_id: z.string().nullish() }).optional(),
});
export type ClaudeRequest = z.infer<typeof ClaudeRequest>;

/** The blocks of a message, whichever way its content was written. */
export function blocksOf({ content }: Message) {
  return typeof content === 'string' ? [{ type: 'text' as const, text: content }] : content;
}

/** The text of the system prompt, whichever way it was written. */
export function systemText({ system = '' }: ClaudeRequest): string {
  return typeof system === 'string' ? system : system.map(({ text }) => text).join('\n');
}

const TicketInJson = z.object({ ticket: z.object({ subject: z.string(), body: z.string() }) });

/** The ticket's subject and body, from the JSON in a tool result; without one, all that the user said. */
export function ticketText({ messages }: ClaudeRequest): string {
  const blocks = messages.filter(({ role }) => role === 'user').flatMap(blocksOf);
  for (const block of blocks) {
    if (block.type !== 'tool_result' || typeof block.content !== 'string') continue;
    const read = TicketInJson.safeParse(parsed(block.content));
    if (read.success) return `${read.data.ticket.subject}\n${read.data.ticket.body}`;
  }
  return blocks.map((block) => (block.type === 'text' ? block.text : '')).join('\n');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
