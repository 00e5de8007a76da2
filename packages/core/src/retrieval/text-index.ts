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
  /** Takes one more text in, found from now on. Answers its place: 0 for the first, 1 for the second, and so on. */
  add(text: LabelledWords): number;
  /** The text at this place is found no more; it still counts for how rare words are. */
  remove(place: number): void;
  /** Of the texts that share a word with these, but for one, the best match of each label, best first. */
  bestOfLabels(words: readonly string[], except?: number): Match[];
  /** The texts most like these words, but for one, best first, whatever their labels. */
  nearest(words: readonly string[], options: { most: number; except?: number | undefined }): Near[];
}

/** A text of the index, by its place, and how much of what was looked for it holds, rare words counting most: 0 to 1. */
export interface Near {
  place: number;
  likeness: number;
}

/** Where a word occurs, and how often. */
interface Postings {
  places: number[];
  counts: number[];
}

/** Indexes texts for Okapi BM25 (Robertson and Zaragoza, 2009). What depends on all texts is worked out at each search, so that one more is cheap. */
export function indexTexts(texts: Iterable<LabelledWords> = []): TextIndex {
  const postings = new Map<string, Postings>();
  const labels: string[] = [];
  const numbers = new Map<string, number>();
  const labelOf: number[] = [];
  const lengths: number[] = [];
  let wordsInAll = 0;

  const numberOf = (label: string) => numbers.get(label) ?? labels.push(label) - 1;
  const index: TextIndex = {
    add({ words, label }) {
      const number = numberOf(label);
      numbers.set(label, number);
      const place = lengths.push(words.length) - 1;
      labelOf.push(number);
      wordsInAll += words.length;
      addPostings(postings, place, words);
      return place;
    },
    remove(place) {
      if (place in labelOf) labelOf[place] = NONE;
    },
    bestOfLabels(words, except = NONE) {
      const scores = scoresOf(new Set(words), { postings, lengths, meanLength: wordsInAll / lengths.length });
      if (except in labelOf) scores[except] = 0;
      return bestPlaces(scores, labelOf, labels.length)
        .map((place, number) => ({ label: labels[number] ?? '', place, score: scores[place] ?? 0 }))
        .filter(({ place }) => place !== NONE)
        .sort((a, b) => b.score - a.score || a.place - b.place);
    },
    nearest(words, { most, except = NONE }) {
      const wanted = new Set(words);
      const scores = scoresOf(wanted, { postings, lengths, meanLength: wordsInAll / lengths.length });
      if (except in labelOf) scores[except] = 0;
      const highest = highestScore(wanted, postings, lengths.length);
      return bestOfAll(scores, labelOf, most).map((place) => ({ place, likeness: (scores[place] ?? 0) / highest }));
    },
  };
  for (const text of texts) index.add(text);
  return index;
}

/** How many different words two texts have in common, of all that either has, 0 to 1 (Jaccard). */
export function overlap(one: readonly string[], another: readonly string[]): number {
  const [own, other] = [new Set(one), new Set(another)];
  const both = [...own].filter((word) => other.has(word)).length;
  const either = own.size + other.size - both;
  return either === 0 ? 1 : both / either;
}

function addPostings(postings: Map<string, Postings>, place: number, words: readonly string[]): void {
  for (const [word, count] of countWords(words)) {
    const found = postings.get(word);
    if (found === undefined) postings.set(word, { places: [place], counts: [count] });
    else {
      found.places.push(place);
      found.counts.push(count);
    }
  }
}

interface Texts {
  postings: ReadonlyMap<string, Postings>;
  lengths: readonly number[];
  meanLength: number;
}

function scoresOf(words: ReadonlySet<string>, { postings, lengths, meanLength }: Texts): Float64Array {
  const scores = new Float64Array(lengths.length);
  const discounts = discountsOf(lengths, meanLength);
  for (const word of words) {
    const found = postings.get(word);
    if (found !== undefined) addScores(scores, found, discounts);
  }
  return scores;
}

/** What a text would score that says nothing but these words, again and again. */
function highestScore(words: ReadonlySet<string>, postings: ReadonlyMap<string, Postings>, texts: number): number {
  return [...words].reduce((sum, word) => {
    return sum + rarityOf(postings.get(word)?.places.length ?? 0, texts) * (SATURATION + 1);
  }, 0);
}

/** How much a word says that occurs in so many of the texts. */
function rarityOf(occurrences: number, texts: number): number {
  return Math.log(1 + (texts - occurrences + 0.5) / (occurrences + 0.5));
}

function discountsOf(lengths: readonly number[], meanLength: number): Float64Array {
  const discounts = new Float64Array(lengths.length);
  for (let place = 0; place < lengths.length; place++) {
    const length = lengths[place] ?? 0;
    discounts[place] = SATURATION * (1 - LENGTH_DISCOUNT + (LENGTH_DISCOUNT * length) / meanLength);
  }
  return discounts;
}

function addScores(scores: Float64Array, { places, counts }: Postings, discounts: Float64Array): void {
  const rarity = rarityOf(places.length, scores.length);
  for (let at = 0; at < places.length; at++) {
    const place = places[at] ?? 0;
    const count = counts[at] ?? 0;
    const frequency = (count * (SATURATION + 1)) / (count + (discounts[place] ?? 0));
    scores[place] = (scores[place] ?? 0) + frequency * rarity;
  }
}

/** Of each label the place with the highest score above zero, the first of equals; NONE where there is none. */
function bestPlaces(scores: Float64Array, labelOf: readonly number[], labels: number): number[] {
  const best = Array.from({ length: labels }, () => NONE);
  for (let place = 0; place < scores.length; place++) {
    const score = scores[place] ?? 0;
    const label = labelOf[place] ?? NONE;
    if (score === 0 || label === NONE) continue;
    const before = best[label] ?? NONE;
    if (before === NONE || score > (scores[before] ?? 0)) best[label] = place;
  }
  return best;
}

/** The places with the highest scores above zero, best first. */
function bestOfAll(scores: Float64Array, labelOf: readonly number[], most: number): number[] {
  const best: number[] = [];
  const scoreOf = (place: number) => scores[place] ?? 0;
  for (let place = 0; place < scores.length; place++) {
    if (scoreOf(place) === 0 || labelOf[place] === NONE) continue;
    const last = best.at(-1);
    if (best.length === most && last !== undefined && scoreOf(last) >= scoreOf(place)) continue;
    const at = best.findIndex((other) => scoreOf(other) < scoreOf(place));
    best.splice(at < 0 ? best.length : at, 0, place);
    best.length = Math.min(best.length, most);
  }
  return best;
}

function countWords(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
