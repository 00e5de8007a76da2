interface Pair<Label> {
  given: Label | null;
  actual: Label;
}

/**
 * Mean of the labels' F1 (harmonic mean of precision and recall), 0 to 1, over the labels that actually occur, each counting
 * the same however rare it is. Zero without any pair.
 */
export function macroF1<Label>(pairs: readonly Pair<Label>[]): number {
  const actual = countBy(pairs.map((pair) => pair.actual));
  const given = countBy(pairs.map((pair) => pair.given));
  const right = countBy(pairs.filter((pair) => pair.given === pair.actual).map((pair) => pair.actual));
  let sum = 0;
  for (const [label, count] of actual) sum += (2 * (right.get(label) ?? 0)) / (count + (given.get(label) ?? 0));
  return actual.size === 0 ? 0 : sum / actual.size;
}

function countBy<Label>(labels: readonly Label[]): Map<Label, number> {
  const counts = new Map<Label, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}
