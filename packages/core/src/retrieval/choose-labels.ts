/** Labels whose examples are shown for one ticket. */
export const RETRIEVED = 5;

/** So many of them the local model names; the others come from the texts that are most alike. */
const LED_BY_MODEL = 3;

/**
 * Chooses of which labels one example each is shown to a model that decides: the three that the local model finds likeliest, then
 * those of the most similar texts, five in all. One example a label finds the right one more often than the five nearest texts.
 */
export function chooseLabels(byModel: readonly string[], bySimilarity: readonly string[]): string[] {
  const ranked = [...byModel.slice(0, LED_BY_MODEL), ...bySimilarity, ...byModel];
  return [...new Set(ranked)].slice(0, RETRIEVED);
}
