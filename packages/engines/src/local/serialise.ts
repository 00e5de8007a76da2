import { Probability } from '@usher/core/suggestion';
import { z } from 'zod';
import { CorruptModel } from './failures.ts';
import { vocabularyOf } from './features.ts';
import type { LinearHead } from './head.ts';
import type { LocalModel } from './model.ts';

/**
 * Layout, little-endian: four bytes of name, then as 32-bit numbers the version and the length of the description; the description
 * as JSON; the arrays in the order in which the description names them; the checksum (FNV-1a, 32 bits) of all before.
 */
const NAME = 'UshL';
const VERSION = 1;
const HEADER = 12;
const CHECKSUM = 4;

const size = z.number().int().nonnegative();
const number = z.number();

const HeadDescription = z.object({
  /** The category whose subcategories it tells apart, null for the one that tells categories apart. */
  of: z.string().nullable(),
  labels: z.array(z.string()).readonly(),
  /** How many features it has weights for, null for all. */
  features: size.nullable(),
  scales: z.array(number),
  biases: z.array(number),
});
type HeadDescription = z.infer<typeof HeadDescription>;

const Description = z.object({
  readsCharacters: z.boolean(),
  unseenIdf: number,
  features: size,
  confidence: z.object({
    temperature: number.positive(),
    curve: z.object({ stated: z.array(Probability).readonly(), right: z.array(Probability).readonly() }).nullable(),
    ceilings: z.array(Probability).readonly(),
    childTemperature: number.positive(),
  }),
  figures: z
    .object({ n: size, accuracy: Probability, macroF1: Probability, ece: Probability, isFromOutcomes: z.boolean() })
    .nullable(),
  heads: z.array(HeadDescription).min(1),
});
type Description = z.infer<typeof Description>;

/** The model as bytes to keep; the same model always gives the same bytes. */
export function serialise(model: Omit<LocalModel, 'id'>): Uint8Array<ArrayBuffer> {
  const heads = [{ of: null, head: model.head }, ...[...model.children].map(([of, head]) => ({ of, head }))];
  const description = new TextEncoder().encode(JSON.stringify(Description.parse(describe(model, heads))));
  const { table, idf } = model.vocabulary;
  const arrays = [
    table.hashes,
    idf,
    ...heads.flatMap(({ head }) => [head.features ?? new Int32Array(0), head.weights]),
  ];
  const total = HEADER + description.length + arrays.reduce((sum, array) => sum + array.byteLength, 0) + CHECKSUM;
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(NAME));
  view.setUint32(4, VERSION, true);
  view.setUint32(8, description.length, true);
  bytes.set(description, HEADER);
  let end = HEADER + description.length;
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), end);
    end += array.byteLength;
  }
  view.setUint32(end, checksumOf(bytes.subarray(0, end)), true);
  return bytes;
}

/** Eight hexadecimal digits that stand for a model's content: its bytes' checksum. */
export function idOf(bytes: Uint8Array): string {
  return viewOf(bytes)
    .getUint32(bytes.length - CHECKSUM, true)
    .toString(16)
    .padStart(8, '0');
}

/** The model that these bytes keep; throws CorruptModel for any other bytes. */
export function deserialise(bytes: Uint8Array): LocalModel {
  const { description, arrays } = open(bytes);
  const { readsCharacters, unseenIdf, features, confidence, figures } = description;
  const hashes = new Uint32Array(arrays.take(features * 4));
  const idf = new Float32Array(arrays.take(features * 4));
  const heads = description.heads.map((each) => ({ of: each.of, head: readHead(each, features, arrays.take) }));
  if (arrays.left() !== 0) throw new CorruptModel('there are more bytes than it describes');
  const [main, ...children] = heads;
  if (main === undefined) throw new CorruptModel('it has no categories');
  return {
    id: idOf(bytes),
    vocabulary: vocabularyOf({ hashes, idf, unseenIdf, readsCharacters }),
    head: main.head,
    children: new Map(children.map(({ of, head }) => [of ?? '', head])),
    confidence,
    figures,
  };
}

function describe(
  { vocabulary, confidence, figures }: Omit<LocalModel, 'id'>,
  heads: readonly { of: string | null; head: LinearHead }[],
): Description {
  return {
    readsCharacters: vocabulary.readsCharacters,
    unseenIdf: vocabulary.unseenIdf,
    features: vocabulary.idf.length,
    confidence,
    figures,
    heads: heads.map(({ of, head }) => ({
      of,
      labels: head.labels,
      features: head.features?.length ?? null,
      scales: [...head.scales],
      biases: [...head.biases],
    })),
  };
}

function open(bytes: Uint8Array) {
  const view = viewOf(bytes);
  const body = bytes.length - CHECKSUM;
  if (body < HEADER || new TextDecoder().decode(bytes.subarray(0, 4)) !== NAME) throw new CorruptModel('it is none');
  const version = view.getUint32(4, true);
  if (version !== VERSION) throw new CorruptModel(`it has version ${version}, and only ${VERSION} is known`);
  if (view.getUint32(body, true) !== checksumOf(bytes.subarray(0, body))) throw new CorruptModel('it was damaged');
  const start = HEADER + view.getUint32(8, true);
  return {
    description: readDescription(bytes.subarray(HEADER, start)),
    arrays: cursorOver(bytes.subarray(0, body), start),
  };
}

function readDescription(bytes: Uint8Array): Description {
  try {
    return Description.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    throw new CorruptModel('its description makes no sense', { cause });
  }
}

/** Takes copies of one stretch of bytes after the other, each aligned for any typed array. */
function cursorOver(bytes: Uint8Array, start: number) {
  let at = start;
  return {
    left: () => bytes.length - at,
    take: (length: number): ArrayBuffer => {
      if (length > bytes.length - at) throw new CorruptModel('it is shorter than it describes');
      const taken = new ArrayBuffer(length);
      new Uint8Array(taken).set(bytes.subarray(at, at + length));
      at += length;
      return taken;
    },
  };
}

function readHead(description: HeadDescription, width: number, take: (length: number) => ArrayBuffer): LinearHead {
  const { labels, features, scales, biases } = description;
  if (scales.length !== labels.length || biases.length !== labels.length)
    throw new CorruptModel('a label lacks its scale');
  const kept = new Int32Array(take((features ?? 0) * 4));
  const weights = new Int8Array(take((features ?? width) * labels.length));
  return {
    labels,
    features: features === null ? null : kept,
    weights,
    scales: Float64Array.from(scales),
    biases: Float64Array.from(biases),
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function checksumOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
