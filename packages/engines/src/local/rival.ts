import type { Example } from '@usher/core/engine';
import { type Duel, type GateVerdict, type HeldOutText, passGate } from '@usher/core/evaluation/model-gate';
import { CorruptModel } from './failures.ts';
import { type LocalModel, predict } from './model.ts';
import { randomFrom } from './random.ts';
import { deserialise } from './serialise.ts';

/** The model in force as a new one is measured against it. */
export interface Rival {
  content: Uint8Array;
  /** What it said about examples that were held out of its training, by their places among the new model's examples. */
  heldOut: ReadonlyMap<number, string>;
  /** Examples from this place on came after it was learnt. */
  freshFrom: number;
}

export interface Challenger {
  examples: readonly Example[];
  heldOut: readonly HeldOutText[];
  seed: number;
}

/**
 * Measures a new model against the one in force on texts that neither was trained on: those held out of both, and those that came
 * after the one in force. One that cannot be read is no rival.
 */
export function measureAgainst(rival: Rival | null, { examples, heldOut, seed }: Challenger): GateVerdict {
  const model = rival === null ? null : read(rival.content);
  if (rival === null || model === null) return { kind: 'passed', comparison: null };
  const duels = heldOut.flatMap(({ example, actual, given }): Duel[] => {
    const inForce = example === null ? undefined : saidBy(rival, model, { examples, example });
    return inForce === undefined ? [] : [{ actual, inForce, fresh: given }];
  });
  return passGate(duels, randomFrom(seed));
}

function saidBy(
  { heldOut, freshFrom }: Rival,
  model: LocalModel,
  { examples, example }: { examples: readonly Example[]; example: number },
): string | undefined {
  const text = examples[example];
  if (example < freshFrom || text === undefined) return heldOut.get(example);
  return predict(model, text)?.ranked[0].category ?? '';
}

function read(content: Uint8Array): LocalModel | null {
  try {
    return deserialise(content);
  } catch (thrown) {
    if (!(thrown instanceof CorruptModel)) throw thrown;
    return null;
  }
}
