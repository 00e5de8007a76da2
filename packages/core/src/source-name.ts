import { z } from 'zod';

/** Name of a source. It has no colon, because `source:ticket_id` addresses a ticket. */
export const SourceName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,62}$/,
    'must be 1 to 63 lower-case letters, digits, hyphens and underscores, and begin with a letter or digit',
  );
