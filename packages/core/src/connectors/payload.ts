import { z } from 'zod';
import type { Json } from './request.ts';

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

/** A text that may be missing. */
export const Text = z
  .string()
  .nullish()
  .transform((text) => text ?? '');

/** A list that may be missing. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);
}

/** A record of custom fields that may be missing. */
export const Fields = z
  .record(z.string(), z.json())
  .nullish()
  .transform((fields): Record<string, Json> => fields ?? {});

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

/** A nested object that may be missing, read for one value in it. */
export function inside<Value extends z.ZodType>(key: string, value: Value) {
  return z
    .object({ [key]: value })
    .nullish()
    .transform((object) => object?.[key]);
}
