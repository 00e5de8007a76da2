/** Frequency of a word in a text stops counting (k1), and long texts are discounted (b), as is usual for BM25. */
const SATURATION = 1.2;
const LENGTH_DISCOUNT = 0.75;

const NONE = -1;

/** A text with the label it goes by. */
export interface LabelledWords {
  words: readonly string[];
  label: string;
}

/** A text of the index, by its place, and how well it matches. */
export interface Match {
  label: string;
  place: number;
  score: number;
}

/** Texts by their words. */
export interface TextIndex {
  /** Of the texts that share a word with these, the best match of each label, best first. */
  bestOfLabels(words: readonly string[]): Match[];
  /** How many different words a text and these have in common, of all that either has, 0 to 1 (Jaccard). */
  overlap(place: number, words: readonly string[]): number;
}

/** Indexes texts for Okapi BM25 (Robertson and Zaragoza, 2009). */
export function indexTexts(texts: readonly LabelledWords[]): TextIndex {
  const postings = postingsOf(texts.map(({ words }) => words));
  const scores = new Float64Array(texts.length);
  const labels = [...new Set(texts.map(({ label }) => label))];
  const numbers = new Map(labels.map((label, at) => [label, at]));
  const labelOf = Int32Array.from(texts, ({ label }) => numbers.get(label) ?? 0);

  return {
    bestOfLabels(words) {
      scores.fill(0);
      for (const word of new Set(words)) addScores(scores, postings.get(word));
      const best = bestPlaces(scores, labelOf, labels.length);
      return labels
        .map((label, at) => ({ label, place: best[at] ?? NONE }))
        .filter(({ place }) => place !== NONE)
        .map((match) => ({ ...match, score: scores[match.place] ?? 0 }))
        .sort((a, b) => b.score - a.score || a.place - b.place);
    },
    overlap(place, words) {
      const [own, other] = [new Set(texts[place]?.words), new Set(words)];
      const both = [...own].filter((word) => other.has(word)).length;
      const either = own.size + other.size - both;
      return either === 0 ? 1 : both / either;
    },
  };
}

/** Of each label the place with the highest score above zero, the first of equals; NONE where there is none. */
function bestPlaces(scores: Float64Array, labelOf: Int32Array, labels: number): Int32Array {
  const best = new Int32Array(labels).fill(NONE);
  for (let place = 0; place < scores.length; place++) {
    const score = scores[place] ?? 0;
    if (score === 0) continue;
    const label = labelOf[place] ?? 0;
    const before = best[label] ?? NONE;
    if (before === NONE || score > (scores[before] ?? 0)) best[label] = place;
  }
  return best;
}

interface Postings {
  places: Int32Array;
  /** What the word adds to the score of each of them. */
  weights: Float64Array;
}

function addScores(scores: Float64Array, found: Postings | undefined): void {
  if (found === undefined) return;
  const { places, weights } = found;
  for (let at = 0; at < places.length; at++) {
    const place = places[at] ?? 0;
    scores[place] = (scores[place] ?? 0) + (weights[at] ?? 0);
  }
}

function postingsOf(texts: readonly (readonly string[])[]): Map<string, Postings> {
  const meanLength = texts.reduce((sum, words) => sum + words.length, 0) / Math.max(1, texts.length);
  const found = new Map<string, { places: number[]; frequencies: number[] }>();
  for (const [place, words] of texts.entries()) {
    const discount = SATURATION * (1 - LENGTH_DISCOUNT + (LENGTH_DISCOUNT * words.length) / meanLength);
    for (const [word, count] of countWords(words)) {
      const entry = found.get(word) ?? { places: [], frequencies: [] };
      if (entry.places.length === 0) found.set(word, entry);
      entry.places.push(place);
      entry.frequencies.push((count * (SATURATION + 1)) / (count + discount));
    }
  }
  const postings = new Map<string, Postings>();
  for (const [word, { places, frequencies }] of found) {
    const rarity = Math.log(1 + (texts.length - places.length + 0.5) / (places.length + 0.5));
    const weights = Float64Array.from(frequencies, (frequency) => frequency * rarity);
    postings.set(word, { places: Int32Array.from(places), weights });
  }
  return postings;
}

function countWords(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
