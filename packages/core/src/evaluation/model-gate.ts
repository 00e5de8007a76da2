import { z } from 'zod';
import { macroF1 } from './macro-f1.ts';
import { Probability } from '../suggestion.ts';

/** What a model said about a labelled text that was held out of its training. */
export interface HeldOutText {
  /** The text's place among the examples that the model was learnt from; null for one that ships with the taxonomy. */
  example: number | null;
  actual: string;
  given: string;
  confidence: number;
  isRight: boolean;
}

/** The same as it is stored with a model: the example's number, its label, what was said and how sure. */
export const StoredHeldOut = z.array(z.tuple([z.number(), z.string(), z.string(), Probability]));
export type StoredHeldOut = z.infer<typeof StoredHeldOut>;

/** What two models said about the same text, which neither was trained on. */
export interface Duel {
  actual: string;
  inForce: string;
  fresh: string;
}

/** How a new model does beside the one in force, on the same texts; every share is 0 to 1. */
export interface Comparison {
  n: number;
  accuracy: { inForce: number; fresh: number };
  macroF1: { inForce: number; fresh: number };
}

export type GateVerdict =
  | { kind: 'passed'; comparison: Comparison | null }
  | { kind: 'refused'; comparison: Comparison; reason: string };

/** On fewer texts nothing but luck could be told apart. */
const FEWEST_TEXTS = 50;

/** Texts that are compared at most; more take time and tell no more. */
const MOST_TEXTS = 2_000;

const RESAMPLES = 300;

/** A new model is refused where even the upper end of this one-sided interval of the difference says that it is worse. */
const SURENESS = 0.99;

/**
 * Whether a new model may take the place of the one in force: it may unless its accuracy or its macro-F1 is worse by more than
 * noise, by a paired bootstrap over the same texts (Efron and Tibshirani, 1993, 16.4). The newest texts count. `random` gives
 * numbers in [0, 1).
 */
export function passGate(duels: readonly Duel[], random: () => number): GateVerdict {
  const texts = duels.slice(-MOST_TEXTS);
  if (texts.length < FEWEST_TEXTS) return { kind: 'passed', comparison: null };
  const comparison = compare(texts);
  const samples = Array.from({ length: RESAMPLES }, () => compare(resample(texts, random)));
  const worse = (['accuracy', 'macroF1'] as const).filter((figure) => isWorse(samples.map((each) => each[figure])));
  if (worse.length === 0) return { kind: 'passed', comparison };
  const said = worse.map(
    (figure) => `${NAMES[figure]} ${percent(comparison[figure].fresh)} against ${percent(comparison[figure].inForce)}`,
  );
  const reason = `worse than the model in force by more than noise: ${said.join(', ')} on the same ${comparison.n} texts, which neither had seen`;
  return { kind: 'refused', comparison, reason };
}

const NAMES = { accuracy: 'accuracy', macroF1: 'macro-F1' } as const;

function compare(texts: readonly Duel[]): Comparison {
  const figuresOf = (who: 'inForce' | 'fresh') => {
    const pairs = texts.map((text) => ({ given: text[who], actual: text.actual }));
    return {
      accuracy: pairs.filter(({ given, actual }) => given === actual).length / texts.length,
      macroF1: macroF1(pairs),
    };
  };
  const [inForce, fresh] = [figuresOf('inForce'), figuresOf('fresh')];
  return {
    n: texts.length,
    accuracy: { inForce: inForce.accuracy, fresh: fresh.accuracy },
    macroF1: { inForce: inForce.macroF1, fresh: fresh.macroF1 },
  };
}

function isWorse(samples: readonly { inForce: number; fresh: number }[]): boolean {
  const differences = samples.map(({ inForce, fresh }) => fresh - inForce).sort((a, b) => a - b);
  return (differences[Math.ceil(SURENESS * differences.length) - 1] ?? 0) < 0;
}

function resample<Item>(items: readonly Item[], random: () => number): Item[] {
  return items.flatMap(() => {
    const at = Math.floor(random() * items.length);
    return items.slice(at, at + 1);
  });
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
