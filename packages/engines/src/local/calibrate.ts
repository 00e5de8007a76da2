import type { Stated } from '@usher/core/evaluation/calibration-error';

/** Corners of a line that never falls, from stated confidence to the share that is right; both ascend. */
export interface CalibrationCurve {
  stated: readonly number[];
  right: readonly number[];
}

/** A corner rests on this many outcomes at least. */
const FEWEST_OUTCOMES = 20;

interface Block {
  count: number;
  stated: number;
  right: number;
}

/**
 * Isotonic regression of being right on the stated confidence (Zadrozny and Elkan, KDD 2002): pools adjacent violators (Ayer et al.,
 * 1955), merges blocks of too few outcomes and takes each block's share as (right + ½)/(count + 1). Null without any outcome.
 */
export function fitCurve(outcomes: readonly Stated[]): CalibrationCurve | null {
  if (outcomes.length === 0) return null;
  const blocks = mergeSmall(poolViolators(outcomes));
  let highest = 0;
  const right = blocks.map((block) => (highest = Math.max(highest, (block.right + 0.5) / (block.count + 1))));
  return { stated: blocks.map((block) => block.stated / block.count), right };
}

function poolViolators(outcomes: readonly Stated[]): Block[] {
  const blocks: Block[] = [];
  for (const { confidence, isRight } of outcomes.toSorted((a, b) => a.confidence - b.confidence)) {
    let block: Block = { count: 1, stated: confidence, right: isRight ? 1 : 0 };
    for (
      let before = blocks.at(-1);
      before !== undefined && shareOf(before) >= shareOf(block);
      before = blocks.at(-1)
    ) {
      block = join(before, block);
      blocks.pop();
    }
    blocks.push(block);
  }
  return blocks;
}

function mergeSmall(blocks: readonly Block[]): Block[] {
  const merged: Block[] = [];
  for (const block of blocks) {
    const before = merged.at(-1);
    if (before !== undefined && before.count < FEWEST_OUTCOMES) merged[merged.length - 1] = join(before, block);
    else merged.push(block);
  }
  const [last, before] = [merged.at(-1), merged.at(-2)];
  if (last === undefined || before === undefined || last.count >= FEWEST_OUTCOMES) return merged;
  return [...merged.slice(0, -2), join(before, last)];
}

function join(a: Block, b: Block): Block {
  return { count: a.count + b.count, stated: a.stated + b.stated, right: a.right + b.right };
}

function shareOf(block: Block): number {
  return block.right / block.count;
}

/** The share that was right at such a confidence: straight lines between the corners, from zero to the first, level after the last. */
export function readCurve({ stated, right }: CalibrationCurve, confidence: number): number {
  const next = stated.findIndex((corner) => corner >= confidence);
  if (next < 0) return right.at(-1) ?? 0;
  const from = { stated: stated[next - 1] ?? 0, right: right[next - 1] ?? 0 };
  const to = { stated: stated[next] ?? 0, right: right[next] ?? 0 };
  const width = to.stated - from.stated;
  return width <= 0 ? to.right : from.right + ((to.right - from.right) * (confidence - from.stated)) / width;
}
