import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';

/** A delivery as its vendor sends it, and what the connector must make of it. */
const Sample = z.strictObject({
  says: z.string(),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.json(),
  deliveryId: z.string().nullable(),
  readings: z.array(z.json()),
  /** The vendor's answers to the calls of a reading that fetches, and what these say. */
  fetched: z.strictObject({ answers: z.array(z.json()), reading: z.json() }).optional(),
  /** What to answer where the delivery is a handshake. */
  handshake: z.json().optional(),
});
export type Sample = z.infer<typeof Sample>;

const folder = new URL('../fixtures/connectors/', import.meta.url);

/** The samples of a connector: `test/fixtures/connectors/{name}/*.json` but settings.json. */
export function samplesOf(connector: string): Sample[] {
  const files = readdirSync(new URL(`${connector}/`, folder)).filter((file) => file !== 'settings.json');
  return files.toSorted().map((file) => Sample.parse(read(`${connector}/${file}`)));
}

/** Settings of a source with this connector, with whatever the test wants otherwise. */
export function settingsOf(connector: string, changed: Record<string, unknown> = {}): Record<string, unknown> {
  return { ...z.record(z.string(), z.unknown()).parse(read(`${connector}/settings.json`)), ...changed };
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
}
