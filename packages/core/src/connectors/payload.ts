import { z } from 'zod';

/** An id in a payload, as text: what may stand in a path. */
export const Id = z
  .union([z.string(), z.number().int()])
  .transform(String)
  .refine((id) => /^[\w:-]{1,200}$/.test(id), 'must be an id');

/** An id that may be missing. Zero and the empty text mean that there is none. */
export const OptionalId = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((id) => (id == null || id === '' || id === 0 ? null : String(id)));

/**
 * An id that may be null but must be there. What is read before writing is read strictly: where a list or a value is
 * missing from an answer, nobody may conclude that there is none, and overwrite it.
 */
export const NullableId = z
  .union([z.string(), z.number()])
  .nullable()
  .transform((id) => (id === null || id === '' || id === 0 ? null : String(id)));

/** A text that may be missing. */
export const Text = z
  .string()
  .nullish()
  .transform((text) => text ?? '');

/** A text that may be null but must be there: where it is left out, nobody may conclude that there is none. */
export const NullableText = z
  .string()
  .nullable()
  .transform((text) => text ?? '');

/** A list that may be missing. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);
}

/** Custom fields by name. */
export const Fields = z.record(z.string(), z.json());

/** A moment as vendors write it: an ISO text, or seconds or milliseconds since 1970. Null where it says nothing. */
export const VendorMoment = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value): string | null => {
    if (value == null || value === '') return null;
    const moment = new Date(typeof value === 'number' && value < 100_000_000_000 ? value * 1_000 : value);
    const year = moment.getUTCFullYear();
    return year >= 1 && year <= 9_999 ? moment.toISOString() : null;
  });

/** The id in a nested object, which may be missing. */
export const IdInside = z
  .object({ id: OptionalId })
  .nullish()
  .transform((object) => object?.id ?? null);

/** The item that came first, by a moment that `VendorMoment` read; those without one come before all others. */
export function earliest<Item>(items: readonly Item[], momentOf: (item: Item) => string | null): Item | undefined {
  return items.toSorted((one, other) => ((momentOf(one) ?? '') < (momentOf(other) ?? '') ? -1 : 1))[0];
}
