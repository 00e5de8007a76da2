import { hash } from 'node:crypto';

/** The hash by which texts of one ticket are told apart. */
export function hashOf({ subject, body }: { subject: string; body: string }): string {
  return hash('sha256', `${subject}\u0000${body}`, 'base64url');
}
