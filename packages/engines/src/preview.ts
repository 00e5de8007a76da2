import type { Example } from '@usher/core/engine';
import { readableTicket } from '@usher/core/clean/readable-ticket';
import { decide } from '@usher/core/decide';
import { type PastDecision, type ReplayedPair, type ReplayReport, replayReport } from '@usher/core/replay';
import type { Report } from '@usher/core/reports/report';
import type { Mode, Thresholds } from '@usher/core/release';
import type { Taxonomy } from '@usher/core/taxonomy';
import { lessonOf } from './draft-trials.ts';
import { createLocalEngine } from './local.ts';
import type { LocalModel } from './local/model.ts';
import { deserialise } from './local/serialise.ts';
import { trainInThread } from './local/train-in-thread.ts';

/** Any fixed number: the same draft always gives the same preview. */
const SEED = 1;

/** The local model has no budget. */
const NOBODY = { key: 'preview', lane: 'bulk', sourceId: null } as const;

const NOTE =
  'Both sides are the local model, learnt twice from the same labels: with the taxonomy in force and with the draft, and without ' +
  'the tickets shown here. Where Claude decides, its answers may differ.';

export interface Preview {
  /** Decisions of the past whose tickets are decided again, not to be learnt from. */
  past: readonly PastDecision[];
  /** Labelled texts, oldest first. */
  examples: readonly Example[];
  current: Taxonomy;
  draft: Taxonomy;
  thresholds: Thresholds;
  mode: Mode;
  signal: AbortSignal;
}

/** What a draft of the taxonomy would change on past tickets, without acting or calling anyone. Throws what the signal aborts. */
export async function previewTaxonomy(preview: Preview): Promise<Report<ReplayReport>> {
  const { past, current, draft, signal } = preview;
  const shown = new Set(past.map(keyOf));
  const examples = preview.examples.filter((example) => !shown.has(keyOf(example)));
  const modelOf = async (taxonomy: Taxonomy): Promise<LocalModel> =>
    deserialise((await trainInThread(examples.map(read), taxonomy, { seed: SEED, signal })).content);
  const before = await modelOf(current);
  const after = lessonOf(draft) === lessonOf(current) ? before : await modelOf(draft);
  const pairs: ReplayedPair[] = [];
  for (const one of past) {
    const { ticket, subject, truth } = one;
    pairs.push({
      ticket,
      subject,
      truth,
      before: await decideWith(before, one, { ...preview, taxonomy: current }),
      after: await decideWith(after, one, { ...preview, taxonomy: draft }),
    });
  }
  return replayReport(pairs, NOTE);
}

/** What the local model would decide about a text of the past. */
export async function decideWith(
  model: LocalModel | null,
  text: Pick<PastDecision, 'subject' | 'body'>,
  rules: { taxonomy: Taxonomy; thresholds: Thresholds; mode: Mode; signal: AbortSignal },
) {
  const { taxonomy, signal } = rules;
  const request = { caller: NOBODY, ticket: readableTicket(text), taxonomy, examples: [], mayWait: false, signal };
  return decide(await createLocalEngine({ model: () => model }).suggest(request), rules);
}

function read(example: Example): Example {
  return { ...example, ...readableTicket(example) };
}

function keyOf({ subject, body }: Pick<Example, 'subject' | 'body'>): string {
  return `${subject}\n${body}`;
}
