/**
 * The margin that stands for "none of these": between the border (0) and what is typical of other labels (-1). A text that
 * no label claims gives its probability to this.
 */
const NONE_MARGIN = -0.5;

/** What a temperature is fitted on: the margins of a text that the model had not seen, and its label's place. */
export interface HeldOut {
  margins: Float64Array;
  label: number;
}

/** Fitted where there is nothing to fit on: so hot that nothing looks certain. */
export const UNFITTED_TEMPERATURE = 1;

const COLDEST = 0.02;
const HOTTEST = 5;
const SEARCH_STEPS = 18;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Probabilities of the labels: softmax(margins / temperature) over the labels and "none of these" (Guo et al., On Calibration
 * of Modern Neural Networks, ICML 2017). They add up to less than 1; what is missing is the probability of none.
 */
export function probabilitiesOf(margins: Float64Array, temperature: number): Float64Array {
  const scale = scaleOf(margins, temperature);
  return margins.map((margin) => Math.exp((margin - scale.highest) / temperature) / scale.sum);
}

/** What the powers of the margins add up to, each divided by the highest, so that none is too large for a number. */
function scaleOf(margins: Float64Array, temperature: number): { highest: number; sum: number } {
  let highest = NONE_MARGIN;
  for (const margin of margins) if (margin > highest) highest = margin;
  let sum = Math.exp((NONE_MARGIN - highest) / temperature);
  for (const margin of margins) sum += Math.exp((margin - highest) / temperature);
  return { highest, sum };
}

/**
 * The temperature under which the true labels are likeliest, by golden-section search. A share of 1/(n + 2) of every label
 * is taken to be wrong, so that a few texts that all came out right don't make the model sure of everything (after Platt, 1999).
 */
export function fitTemperature(heldOut: readonly HeldOut[]): number {
  if (heldOut.length === 0) return UNFITTED_TEMPERATURE;
  const lossAt = (logarithm: number) => meanLoss(heldOut, Math.exp(logarithm));
  let low = Math.log(COLDEST);
  let high = Math.log(HOTTEST);
  let left = { at: high - GOLDEN * (high - low), loss: lossAt(high - GOLDEN * (high - low)) };
  let right = { at: low + GOLDEN * (high - low), loss: lossAt(low + GOLDEN * (high - low)) };
  for (let step = 0; step < SEARCH_STEPS; step++) {
    if (left.loss < right.loss) {
      high = right.at;
      right = left;
      const at = high - GOLDEN * (high - low);
      left = { at, loss: lossAt(at) };
    } else {
      low = left.at;
      left = right;
      const at = low + GOLDEN * (high - low);
      right = { at, loss: lossAt(at) };
    }
  }
  return Math.exp((low + high) / 2);
}

function meanLoss(heldOut: readonly HeldOut[], temperature: number): number {
  const doubt = 1 / (heldOut.length + 2);
  let loss = 0;
  for (const { margins, label } of heldOut) {
    const { highest, sum } = scaleOf(margins, temperature);
    const right = clamp(Math.exp(((margins[label] ?? NONE_MARGIN) - highest) / temperature) / sum);
    loss -= (1 - doubt) * Math.log(right) + doubt * Math.log(1 - right);
  }
  return loss / heldOut.length;
}

function clamp(probability: number): number {
  return Math.min(1 - 1e-12, Math.max(1e-12, probability));
}

/** The place of the largest number, the first of equals; -1 of none. */
export function placeOfLargest(numbers: Float64Array): number {
  let best = -1;
  for (let place = 0; place < numbers.length; place++) {
    if (best < 0 || (numbers[place] ?? 0) > (numbers[best] ?? 0)) best = place;
  }
  return best;
}
