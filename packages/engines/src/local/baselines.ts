import type { Example } from '@usher/core/engine';
import type { HeldOutText } from '@usher/core/evaluation/model-gate';
import type { BaselineFigures } from '@usher/core/reports/model-figures';
import { indexTexts } from '@usher/core/retrieval/text-index';
import type { Taxonomy } from '@usher/core/taxonomy';
import { type LocalModel, predict } from './model.ts';
import { trainLocalModel } from './train.ts';
import { lookupWords } from './words.ts';

/** Texts that are compared at most, and labelled texts that are looked through: enough for a point or two, in a second. */
const MOST_COMPARED = 500;
const MOST_INDEXED = 20_000;

interface Compared {
  example: Example;
  place: number;
  isRight: boolean;
}

/**
 * How simpler ways do on labelled texts that a model was judged on without having seen them: a model without any label, and the
 * category of the most similar other text. Null where no such text carries a label.
 */
export function measureBaselines(
  { examples, heldOut }: { examples: readonly Example[]; heldOut: readonly HeldOutText[] },
  taxonomy: Taxonomy,
  { seed }: { seed: number },
): BaselineFigures | null {
  const start = Math.max(0, examples.length - MOST_INDEXED);
  const compared = spread(
    heldOut.flatMap(({ example: place, isRight }): Compared[] => {
      const example = place === null || place < start ? undefined : examples[place];
      return example === undefined || place === null ? [] : [{ example, place: place - start, isRight }];
    }),
  );
  if (compared.length === 0) return null;
  const untaught = trainLocalModel([], taxonomy, { seed });
  const index = indexTexts(examples.slice(start).map((text) => ({ words: lookupWords(text), label: text.category })));
  const count = (holds: (one: Compared) => boolean) => compared.filter(holds).length;
  return {
    n: compared.length,
    model: count(({ isRight }) => isRight),
    withoutLabels: count(({ example }) => isRightAbout(untaught, example)),
    nearestNeighbour: count(
      ({ example, place }) => index.bestOfLabels(lookupWords(example), place)[0]?.label === example.category,
    ),
  };
}

function isRightAbout(model: LocalModel, example: Example): boolean {
  return predict(model, example)?.ranked[0].category === example.category;
}

function spread(items: readonly Compared[]): Compared[] {
  const step = Math.max(1, items.length / MOST_COMPARED);
  const count = Math.min(items.length, MOST_COMPARED);
  return Array.from({ length: count }, (_, at) => Math.floor(at * step)).flatMap((at) => items.slice(at, at + 1));
}
