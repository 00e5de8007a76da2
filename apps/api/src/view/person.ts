import { z } from '@hono/zod-openapi';
import { Role } from '@usher/core/scope';
import type { Person as Known } from '@usher/db/people';
import { ShownMoment, shown } from './moment.ts';

/** Someone who signs in, as the API shows them. */
export const Person = z
  .object({
    id: z.number().int(),
    email: z.string().nullable().describe('Null for a first administrator who has not come yet.'),
    name: z.string().nullable(),
    roles: z.array(Role),
    state: z.enum(['invited', 'active', 'disabled']),
    created_at: ShownMoment,
  })
  .openapi('Person');

/** Shows a person. */
export function showPerson({ createdAt, ...person }: Known): z.infer<typeof Person> {
  return { ...person, created_at: shown(createdAt) };
}
