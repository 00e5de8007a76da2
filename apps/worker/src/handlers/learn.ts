import { readableTicket } from '@usher/core/clean/readable-ticket';
import type { Payload } from '@usher/core/jobs';
import type { Db } from '@usher/db/connect';
import { listExamples, newestExample } from '@usher/db/examples';
import { lastLearnt, learnAlone, saveLocalModel } from '@usher/db/local-models';
import { currentTaxonomy } from '@usher/db/taxonomies';
import { deserialise } from '@usher/engines/local/serialise';
import { trainInThread } from '@usher/engines/local/train-in-thread';
import type { Deps } from '../deps.ts';

/** More examples than these make learning slow and no better; the newest are the most like tomorrow's tickets. */
const MOST_EXAMPLES = 50_000;

/** Figures of a model that was learnt from descriptions alone. */
const JUDGED_ON_NOTHING = { n: 0 };

/** Any fixed number: the same examples always give the same model. */
const SEED = 1;

/**
 * Learns the local model from the taxonomy and the labelled examples, and puts it in force for the whole fleet, if either
 * changed since the last time. While another process learns, there is nothing to do.
 */
export async function learn(
  _payload: Payload<'learn'>,
  { db, report, signal }: Pick<Deps, 'db' | 'report' | 'signal'>,
): Promise<void> {
  await learnAlone(db, async (tx) => {
    const startedAt = performance.now();
    const lesson = await openLesson(tx);
    if (lesson === undefined) return;
    const { taxonomy, taxonomyVersion, learntFrom } = lesson;
    const kept = await listExamples(tx, { limit: MOST_EXAMPLES });
    // Learnt from the same reading of a text as predictions are made on.
    const examples = kept.toReversed().map((example) => ({ ...example, ...readableTicket(example) }));
    const content = await trainInThread(examples, taxonomy, { seed: SEED, signal });
    const figures = deserialise(content).figures ?? JUDGED_ON_NOTHING;
    const localModel = await saveLocalModel(tx, { taxonomyVersion, learntFrom, figures, content });
    const durationMs = Math.round(performance.now() - startedAt);
    report({ kind: 'model_learnt', localModel, taxonomyVersion, examples: examples.length, durationMs });
  });
}

/** What there is to learn from now; undefined where the model in force has learnt it already. */
async function openLesson(tx: Db) {
  const published = await currentTaxonomy(tx);
  const learntFrom = await newestExample(tx);
  const last = await lastLearnt(tx);
  if (published === undefined) return undefined;
  if (last?.taxonomyVersion === published.version && last.learntFrom === learntFrom) return undefined;
  return { taxonomy: published.taxonomy, taxonomyVersion: published.version, learntFrom };
}
