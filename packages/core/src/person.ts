import { z } from 'zod';
import { Role } from './scope.ts';
import { storable } from './ticket.ts';

/** An address as people are known by: lower case, without blanks around it. */
export const Email = z
  .string()
  .transform((text) => storable(text).trim().toLowerCase())
  .pipe(z.email('must be an e-mail address').max(254));

const Name = z
  .string()
  .transform((text) => storable(text).trim())
  .pipe(z.string().min(1, 'must not be empty').max(120));

/** Length is what makes a password strong; NIST SP 800-63B asks for no other rule, and for room for a sentence. */
const Password = z.string().min(12, 'must have at least 12 characters').max(256, 'must have at most 256 characters');

/** What a person signs in with. */
export const SignIn = z.strictObject({ email: Email, password: z.string().max(256) });

/** What an administrator says of a person who is to come. */
export const Invitation = z.strictObject({ email: Email, roles: z.array(Role).min(1, 'must name a role') });
export type Invitation = z.infer<typeof Invitation>;

/** What an invited person answers: who they are, and the password that they chose. */
export const Welcome = z.strictObject({
  token: z.string().min(1).max(200),
  email: Email,
  name: Name,
  password: Password,
});

/** What an administrator changes about a person. */
export const PersonChange = z
  .strictObject({ roles: z.array(Role).min(1, 'must name a role').optional(), disabled: z.boolean().optional() })
  .refine((change) => Object.keys(change).length > 0, { error: 'must change something' });
