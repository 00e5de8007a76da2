import { readableTicket } from '@usher/core/clean/readable-ticket';
import type { Config } from '@usher/core/config';
import { type Decision, decide } from '@usher/core/decide';
import { type EngineAnswer, EngineName, type Example } from '@usher/core/engine';
import { DEFAULT_THRESHOLD } from '@usher/core/release';
import type { Taxonomy } from '@usher/core/taxonomy';
import type { TicketText } from '@usher/core/ticket';
import { createExampleShelf } from '@usher/engines/example-shelf';
import type { LocalModel } from '@usher/engines/local/model';
import { trainLocalModel } from '@usher/engines/local/train';
import { createEngines } from '@usher/engines/registry';
import type { Command } from 'commander';
import { claudeOf } from '../claude-engine.ts';
import { CannotDo } from '../failures.ts';
import type { Surroundings } from '../surroundings.ts';
import { table } from '../screen.ts';
import { readTaxonomyFile } from '../taxonomy-file.ts';

/** Any number: with the same one the local model learns the same from the same taxonomy. */
const SEED = 1;

export function addClassify(program: Command, { config, screen }: Surroundings): void {
  program
    .command('classify')
    .description('decide one ticket here and now, from the taxonomy file; needs no server and stores nothing')
    .argument('<subject>', 'subject of the ticket; may be empty')
    .argument('<body>', 'text of the ticket; - reads it from standard input')
    .option('--engine <name>', `who suggests: ${EngineName.options.join(', ')}; USHER_ENGINE by default`)
    .addHelpText(
      'after',
      '\nExample:\n  $ usher classify "Charged twice" "I see two charges of 49 EUR for order 1182."',
    )
    .action(async (subject: string, body: string, options: { engine?: string }) => {
      const settings = config();
      const taxonomy = await readTaxonomyFile(settings.USHER_TAXONOMY);
      const name = readEngineName(options.engine, settings);
      const model = name === 'claude' ? null : trainLocalModel([], taxonomy, { seed: SEED });
      const { engine } = createEngines(name, { claude: claudeOf(settings), model });
      const ticket = readableTicket({ subject, body: body === '-' ? await readStandardInput() : body });
      const signal = new AbortController().signal;
      const examples = async () => startersLike(ticket, { taxonomy, model });
      const caller = { key: 'classify', lane: 'live', sourceId: null } as const;
      const answer = await engine.suggest({ caller, ticket, taxonomy, examples, mayWait: false, signal });
      const thresholds = { all: DEFAULT_THRESHOLD, byCategory: {} };
      const decision = decide(answer, { taxonomy, thresholds, mode: settings.USHER_MODE });
      screen.show(asDocument(decision, answer), asText(decision, answer));
    });
}

function readEngineName(given: string | undefined, settings: Config): EngineName {
  if (given === undefined) return settings.engine;
  const read = EngineName.safeParse(given);
  if (!read.success) {
    throw new CannotDo('unknown_engine', `There is no engine "${given}". Known are: ${EngineName.options.join(', ')}.`);
  }
  if (read.data !== 'local' && settings.ANTHROPIC_API_KEY === undefined) {
    throw new CannotDo('no_key', `The engine ${read.data} needs ANTHROPIC_API_KEY. Set it, or use --engine local.`);
  }
  return read.data;
}

function startersLike(
  ticket: TicketText,
  { taxonomy, model }: { taxonomy: Taxonomy; model: LocalModel | null },
): Example[] {
  return createExampleShelf(taxonomy, { most: 0 }).similarTo(ticket, { model, ticketId: null });
}

async function readStandardInput(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) text += String(chunk);
  return text;
}

function asDocument(decision: Decision, answer: EngineAnswer): Record<string, unknown> {
  return {
    action: decision.action,
    routed_to: decision.team,
    category: decision.category,
    subcategory: decision.subcategory,
    priority: decision.priority,
    sla_hours: decision.slaHours,
    confidence: decision.confidence,
    note: decision.note,
    rationale: answer.kind === 'suggested' ? answer.suggestion.rationale : null,
    alternatives: answer.kind === 'suggested' ? answer.suggestion.alternatives : [],
    cost_micro_usd: answer.calls.reduce((sum, call) => sum + call.costMicroUsd, 0),
  };
}

function asText(decision: Decision, answer: EngineAnswer): string {
  const category = [decision.category, decision.subcategory].filter((key) => key !== null).join(' / ');
  const rows = [
    ['action', decision.action],
    ['team', decision.team],
    ['category', category === '' ? 'none' : category],
    ['priority', `${decision.priority}, answer within ${decision.slaHours} h`],
    ['confidence', decision.confidence?.toFixed(2) ?? 'none'],
    ['why', answer.kind === 'suggested' ? answer.suggestion.rationale : 'nothing was predicted'],
  ];
  if (decision.note !== null) rows.push(['note', decision.note]);
  return table(rows);
}
