import { createHash } from 'node:crypto';
import type { Example } from '@usher/core/engine';
import { readableTicket } from '@usher/core/clean/readable-ticket';
import { type Decision, decide } from '@usher/core/decide';
import type { Mode, Thresholds } from '@usher/core/release';
import type { Suggestion } from '@usher/core/suggestion';
import type { Taxonomy } from '@usher/core/taxonomy';
import type { TicketText } from '@usher/core/ticket';
import { createLocalEngine } from './local.ts';
import type { LocalModel } from './local/model.ts';
import { deserialise } from './local/serialise.ts';
import { trainInThread } from './local/train-in-thread.ts';

/** What a text is tried with. */
export interface Trial {
  text: TicketText;
  taxonomy: Taxonomy;
  thresholds: Thresholds;
  mode: Mode;
  /** Labelled texts, oldest first; read only where the model is still to be learnt. */
  examples: () => Promise<readonly Example[]>;
  /** The same as long as the labelled texts are. */
  stateOfExamples: string;
}

/** What would be decided about a text, and what the engine said; null where it said nothing. */
export interface Tried {
  decision: Decision;
  suggestion: Suggestion | null;
}

/** Decides single texts by drafts of the taxonomy. */
export interface DraftTrials {
  /** The first text of a draft takes as long as learning, the next ones milliseconds. Throws what its signal aborts. */
  decide(trial: Trial): Promise<Tried>;
}

/** Drafts that stay learnt: the one that is written, the one in force, and a few before. */
const MOST_KEPT = 4;

/** Any fixed number: the same draft always gives the same answer. */
const SEED = 1;

/** Nobody pays for the local model. */
const NOBODY = { key: 'trial', lane: 'live', sourceId: null } as const;

/** Decides with the local model, learnt with each draft in a thread of its own; `signal` is asked for anew at each learning. */
export function createDraftTrials(signal: () => AbortSignal): DraftTrials {
  const kept = new Map<string, Promise<LocalModel>>();

  const learn = async ({ examples, taxonomy }: Trial) => {
    const taught = (await examples()).map((example) => ({ ...example, ...readableTicket(example) }));
    return deserialise((await trainInThread(taught, taxonomy, { seed: SEED, signal: signal() })).content);
  };
  const modelFor = (trial: Trial) => {
    const key = createHash('sha256').update(lessonOf(trial.taxonomy)).update(trial.stateOfExamples).digest('base64url');
    const model = kept.get(key) ?? learn(trial);
    kept.delete(key);
    kept.set(key, model);
    model.catch(() => kept.delete(key));
    for (const oldest of [...kept.keys()].slice(0, -MOST_KEPT)) kept.delete(oldest);
    return model;
  };
  return {
    async decide(trial) {
      const model = await modelFor(trial);
      const { text, taxonomy } = trial;
      const answer = await createLocalEngine({ model: () => model }).suggest({
        caller: NOBODY,
        ticket: readableTicket(text),
        taxonomy,
        examples: [],
        mayWait: false,
        signal: signal(),
      });
      return { decision: decide(answer, trial), suggestion: answer.kind === 'suggested' ? answer.suggestion : null };
    },
  };
}

/** What of a taxonomy the local model learns from: two with the same lesson give the same model. */
export function lessonOf({ categories }: Taxonomy): string {
  return JSON.stringify(categories.map(({ team: _team, priority: _priority, sla_hours: _hours, ...taught }) => taught));
}
