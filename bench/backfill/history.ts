import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

const WORDS =
  `the order arrived late and my card was charged twice please refund it or tell me when the parcel will come I cannot log
  in to my account since the update it says invalid password thanks regards invoice shows a wrong amount we need help`.split(
    /\s+/,
  );

/** Every hundredth row has no id. */
export const BROKEN_EVERY = 100;

/** Writes a CSV file of that many tickets with 20 to 170 words each, a third of them with quotes and line breaks. */
export async function writeHistory(path: string, rows: number): Promise<void> {
  const out = createWriteStream(path);
  const random = pseudoRandom();
  const text = (words: number) =>
    Array.from({ length: words }, () => WORDS[Math.floor(random() * WORDS.length)]).join(' ');
  out.write('ticket_id,subject,body,requester,created_at\n');
  for (let row = 1; row <= rows; row += 1) {
    const id = row % BROKEN_EVERY === 0 ? '' : `H-${row}`;
    const more = random() < 0.33 ? `\n${text(5)}, he said ""no""` : '';
    const body = `"${text(20 + Math.floor(random() * 150))}${more}"`;
    const day = String(1 + (row % 28)).padStart(2, '0');
    const line = `${id},${text(6)},${body},customer${row}@example.com,2026-01-${day}T09:30:00Z\n`;
    if (!out.write(line)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
}

/** The same in every run (a linear congruential generator, Numerical Recipes' constants). */
function pseudoRandom(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
