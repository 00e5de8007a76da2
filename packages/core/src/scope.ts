import { z } from 'zod';

/** What an API key may do: send tickets; work on them; see how things run; everything. */
export const Scope = z.enum(['intake', 'agent', 'ops', 'admin']);
export type Scope = z.infer<typeof Scope>;

/** What a person who signs in may do; programs alone send tickets. */
export const Role = Scope.exclude(['intake']);
export type Role = z.infer<typeof Role>;

/** Tells whether scopes allow what needs one of them; admin allows everything. */
export function isAllowed(scopes: readonly Scope[], needed: Scope): boolean {
  return scopes.includes('admin') || scopes.includes(needed);
}
