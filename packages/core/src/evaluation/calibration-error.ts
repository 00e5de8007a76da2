/** A confidence that was stated, and whether it came out right. */
export interface Stated {
  confidence: number;
  isRight: boolean;
}

const BINS = 15;

/**
 * Expected calibration error, 0 to 1: how far stated confidence and share of right ones lie apart on average, over fifteen
 * bins of equal width (Naeini et al., AAAI 2015). Zero without any outcome.
 */
export function calibrationError(outcomes: readonly Stated[]): number {
  const gaps = new Float64Array(BINS);
  for (const { confidence, isRight } of outcomes) {
    const bin = Math.min(BINS - 1, Math.floor(confidence * BINS));
    gaps[bin] = (gaps[bin] ?? 0) + confidence - (isRight ? 1 : 0);
  }
  const sum = gaps.reduce((total, gap) => total + Math.abs(gap), 0);
  return outcomes.length === 0 ? 0 : sum / outcomes.length;
}
