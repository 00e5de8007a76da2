import { z } from 'zod';

/** Name of a source. It has no colon, because `source:ticket_id` addresses a ticket. */
export const SourceName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,62}$/,
    'must be 1 to 63 lower-case letters, digits, hyphens and underscores, and begin with a letter or digit',
  )
  .refine((name) => !isSampleSource(name), 'is kept for the sample tickets of a first start; choose another name');

/** The source of the sample tickets that a first start shows. Nobody else's tickets can belong to it. */
export const SAMPLE_SOURCE = 'sample';

/** Whether tickets of the source of this name are samples: shown, never learnt from, counted or paid for. */
export function isSampleSource(name: string): boolean {
  return name === SAMPLE_SOURCE;
}
