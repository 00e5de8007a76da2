import { z } from 'zod';
import { type ClaudeRequest, systemText, ticketText } from './claude-server-request.ts';

const Property = z.object({ enum: z.array(z.string()).optional(), type: z.string().optional() });
const AnswerSchema = z.object({ properties: z.record(z.string(), Property) });

/** What a word counts for where the prompt names it: a key, a title or a keyword says more than a description. */
const NAME_WEIGHT = 3;
const DESCRIPTION_WEIGHT = 1;

/**
 * The text of a proper answer: JSON in the request's own schema, its labels chosen by the words that the ticket shares
 * with what the system prompt says about each. A crude reader, and honest about it: what it does not recognise gets a
 * low confidence.
 */
export function answerText(request: ClaudeRequest): string {
  const schema = AnswerSchema.safeParse(request.output_config?.format?.schema);
  if (!schema.success) return 'OK';
  const { properties } = schema.data;
  const ticket = wordsOf(ticketText(request));
  const system = systemText(request);
  const category = choose(properties['category']?.enum ?? [], (key) => sectionOf(system, key), ticket);
  const below = (properties['subcategory']?.enum ?? []).filter((label) => label.startsWith(`${category.label}/`));
  const subcategory = choose(below, (label) => lineOf(system, label), ticket);
  const values: Record<string, unknown> = {
    rationale:
      category.shared.length > 0 ? `It mentions ${category.shared.join(', ')}.` : 'Nothing listed is recognised.',
    category: category.label,
    subcategory: subcategory.shared.length > 0 ? subcategory.label : 'none',
    confidence: category.confidence,
  };
  return JSON.stringify(
    Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, values[name] ?? filler(property)])),
  );
}

interface Choice {
  label: string;
  confidence: number;
  /** Words of the ticket that speak for it. */
  shared: string[];
}

function choose(labels: readonly string[], describe: (label: string) => Described, ticket: Set<string>): Choice {
  const scored = labels
    .map((label) => {
      const { names, description } = describe(label);
      const named = [...ticket].filter((word) => wordsOf(`${label} ${names}`).has(word));
      const described = [...ticket].filter((word) => !named.includes(word) && wordsOf(description).has(word));
      const score = named.length * NAME_WEIGHT + described.length * DESCRIPTION_WEIGHT;
      return { label, score, shared: [...named, ...described] };
    })
    .sort((one, other) => other.score - one.score);
  const [best, second] = scored;
  if (best === undefined || best.score === 0) return { label: labels.at(-1) ?? '', confidence: 0.3, shared: [] };
  const margin = (best.score - (second?.score ?? 0)) / best.score;
  const strength = best.score / (best.score + 1);
  return { ...best, confidence: Math.round((0.4 + 0.59 * margin * strength) * 100) / 100 };
}

interface Described {
  names: string;
  description: string;
}

/** What the prompt says under a category's heading: the heading and the typical words, and the rest. */
function sectionOf(system: string, key: string): Described {
  const section = system.split(/^#+ /m).find((part) => part.startsWith(`${key}:`)) ?? '';
  const [heading = '', ...lines] = section.split('\n');
  const keywords = lines.filter((line) => line.startsWith('Typical words:'));
  return {
    names: [heading, ...keywords.map((line) => line.replace('Typical words:', ''))].join(' '),
    description: lines.filter((line) => !keywords.includes(line)).join(' '),
  };
}

/** What the prompt says on a subcategory's line. */
function lineOf(system: string, label: string): Described {
  const line = system.split('\n').find((part) => part.startsWith(`- ${label}:`)) ?? '';
  return { names: line.slice(label.length + 3), description: '' };
}

/** The words of a text that can carry meaning, without regard to case and to the commonest English endings. */
function wordsOf(text: string): Set<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? [];
  return new Set(words.filter((word) => !EMPTY_WORDS.has(word)).map((word) => word.replace(/(?:ing|ed|es|s)$/, '')));
}

const EMPTY_WORDS = new Set(
  'the and for you your our with this that from have has was are not but can all any how what when who will would should does other something anything customer ticket please none'.split(
    ' ',
  ),
);

function filler(property: z.infer<typeof Property>): unknown {
  if (property.enum !== undefined) return property.enum[0] ?? '';
  return { number: 0, integer: 0, boolean: false, array: [], object: {} }[property.type ?? ''] ?? '';
}
