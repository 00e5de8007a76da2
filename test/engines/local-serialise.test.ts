import { CorruptModel } from '@usher/engines/local/failures';
import { predict } from '@usher/engines/local/model';
import { deserialise, serialise } from '@usher/engines/local/serialise';
import { trainLocalModel } from '@usher/engines/local/train';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { garden, gardenExamples } from './local-desk.ts';

const examples = gardenExamples(55);
const model = trainLocalModel(examples, garden, { seed: 1 });
const bytes = serialise(model);

function failureOf(read: () => unknown): unknown {
  try {
    return read();
  } catch (thrown) {
    return thrown;
  }
}

test('a model that was kept predicts to the last digit what it predicted before', () => {
  const kept = deserialise(bytes);
  const word = fc.constantFrom('mower', 'blade', 'dry', 'snails', 'hello', 'open', 'note', 'xyz', 'garden');
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), word, (words, subject) => {
      const ticket = { subject, body: words.join(' ') };
      expect(predict(kept, ticket)).toEqual(predict(model, ticket));
    }),
  );
});

test('a model that was kept has its figures and its name', () => {
  const { id, figures, confidence } = deserialise(bytes);
  expect({ id, figures, confidence }).toEqual({ id: model.id, figures: model.figures, confidence: model.confidence });
  expect(id).toMatch(/^[0-9a-f]{8}$/);
});

test('keeping a model twice gives the same bytes', () => {
  expect(Buffer.compare(serialise(deserialise(bytes)), bytes)).toBe(0);
});

test('a model is found inside larger memory, wherever it starts', () => {
  const larger = new Uint8Array(bytes.length + 3);
  larger.set(bytes, 3);
  expect(deserialise(larger.subarray(3)).id).toBe(model.id);
});

test('a model that was judged on nothing can be kept too', () => {
  const cold = trainLocalModel([], garden, { seed: 1 });
  expect(deserialise(serialise(cold))).toMatchObject({ id: cold.id, figures: null, confidence: { curve: null } });
});

test('no damaged byte goes unseen', () => {
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] ?? 0) ^ flip;
      expect(failureOf(() => deserialise(damaged))).toBeInstanceOf(CorruptModel);
    }),
  );
});

test('no part of a model passes for a whole one, nor any other bytes', () => {
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), (length) => {
      expect(failureOf(() => deserialise(bytes.subarray(0, length)))).toBeInstanceOf(CorruptModel);
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (other) => {
      expect(failureOf(() => deserialise(other))).toMatchObject({ code: 'corrupt_model', retry: 'never' });
    }),
  );
});
