import { amounts, type Amounts } from './rules.ts';

/**
 * One share's line for an allowance, counted since its beginning: `front` is how much has come, less what the more
 * urgent took, and `back` how much is promised. Someone's place is the back after him; his turn is when the front is there.
 */
export interface Line {
  front: Amounts;
  back: Amounts;
}

/** What is saved up, or below zero how much is promised ahead of it. */
export function levelOf({ front, back }: Line): Amounts {
  return amounts((dimension) => front[dimension] - back[dimension]);
}

/** The line with its front so much further, or back where the amount is negative. */
export function advance(line: Line, by: Amounts): Line {
  return { ...line, front: amounts((dimension) => line.front[dimension] + by[dimension]) };
}

/** The line with so much more promised. */
export function promise(line: Line, amount: Amounts): Line {
  return { ...line, back: amounts((dimension) => line.back[dimension] + amount[dimension]) };
}

/** The line with no more saved up than so much. Nobody's turn is taken from him: all places are at the back or before it. */
export function holdTo(line: Line, most: Amounts): Line {
  const front = amounts((dimension) => Math.min(line.front[dimension], line.back[dimension] + most[dimension]));
  return { ...line, front };
}
