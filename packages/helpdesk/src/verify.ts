import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { type HmacRecipe, readClaim, type SignatureRecipe, type SignedRequest } from '@usher/core/connectors/signature';

/** Whether a request comes from whoever knows a secret, or why nobody may believe that. */
export type Verdict = 'genuine' | 'unsigned' | 'malformed' | 'stale' | 'wrong';

/** Checks a request by a connector's recipe with any of the secrets, each in constant time. */
export function verify(
  recipe: SignatureRecipe,
  request: SignedRequest,
  { secrets, now }: { secrets: readonly string[]; now: Date },
): Verdict {
  const claim = readClaim(recipe, request, now);
  if (claim.kind === 'refused') return claim.why;
  if (claim.kind === 'secret') {
    return isAnyEqual(secrets.map(digest), [digest(claim.secret)]) ? 'genuine' : 'wrong';
  }
  if (recipe.kind !== 'hmac') return 'wrong';
  const expected = secrets.map((secret) => hmac(recipe, claim.signed, secret));
  const given = claim.signatures.map((text) => Buffer.from(text, recipe.encoding));
  return isAnyEqual(expected, given) ? 'genuine' : 'wrong';
}

/** The signature of parts by a recipe; a `whsec_` secret is its base64. */
export function hmac(recipe: HmacRecipe, signed: readonly (string | Uint8Array)[], secret: string): Buffer {
  const key = recipe.secret === 'whsec' ? Buffer.from(secret.replace(/^whsec_/, ''), 'base64') : secret;
  const mac = createHmac(recipe.algorithm, key);
  for (const part of signed) mac.update(part);
  return mac.digest();
}

/** Looks at every pair, so that the time says nothing about which of them matched. */
function isAnyEqual(expected: readonly Buffer[], given: readonly Buffer[]): boolean {
  const pairs = expected.flatMap((one) => given.map((other) => [one, other] as const));
  return pairs.filter(([one, other]) => one.length === other.length && timingSafeEqual(one, other)).length > 0;
}

/** Texts of any length become comparable in constant time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
