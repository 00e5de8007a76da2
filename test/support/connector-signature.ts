import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { type HmacRecipe, readClaim, type SignatureRecipe, type SignedRequest } from '@usher/core/connectors/signature';

/** Checks a request by a connector's recipe, with any of the secrets, in constant time for each. */
export function isGenuine(
  recipe: SignatureRecipe,
  request: SignedRequest,
  { secrets, now }: { secrets: readonly string[]; now: Date },
): boolean {
  const claim = readClaim(recipe, request, now);
  if (claim.kind === 'refused' || recipe.kind === 'secret_header') {
    return claim.kind === 'secret' && secrets.some((secret) => isEqual(digest(secret), digest(claim.secret)));
  }
  if (claim.kind === 'secret') return false;
  const { signatures, signed } = claim;
  const expected = secrets.map((secret) => hmac(recipe, signed, secret));
  const given = signatures.map((text) => Buffer.from(text, recipe.encoding));
  return expected.some((right) => given.some((signature) => isEqual(right, signature)));
}

/** Signs a request as the vendor would: the headers to add to those it has. */
export function signedHeaders(
  recipe: SignatureRecipe,
  request: SignedRequest,
  { secret, now }: { secret: string; now: Date },
): Record<string, string> {
  if (recipe.kind === 'secret_header') return { ...request.headers, [recipe.header]: secret };
  const headers: Record<string, string> = { ...request.headers };
  if (recipe.timestamp !== undefined) headers[recipe.timestamp.header] = timestampAt(now, recipe.timestamp.unit);
  const placeholder =
    recipe.encoding === 'hex' ? '0'.repeat(sizeOf(recipe) * 2) : `${'A'.repeat(sizeOf(recipe) === 32 ? 43 : 27)}=`;
  headers[recipe.header] = `${recipe.prefix ?? ''}${placeholder}`;
  const claim = readClaim(recipe, { ...request, headers }, now);
  if (claim.kind !== 'signatures') throw new Error(`this request cannot be signed: ${JSON.stringify(claim)}`);
  headers[recipe.header] = `${recipe.prefix ?? ''}${hmac(recipe, claim.signed, secret).toString(recipe.encoding)}`;
  return headers;
}

function timestampAt(now: Date, unit: 'seconds' | 'milliseconds' | 'iso'): string {
  if (unit === 'iso') return now.toISOString().replace(/\.\d+Z$/, 'Z');
  return String(unit === 'seconds' ? Math.floor(now.getTime() / 1_000) : now.getTime());
}

function sizeOf(recipe: HmacRecipe): number {
  return recipe.algorithm === 'sha256' ? 32 : 20;
}

function hmac(recipe: HmacRecipe, signed: readonly (string | Uint8Array)[], secret: string): Buffer {
  const key = recipe.secret === 'whsec' ? Buffer.from(secret.replace(/^whsec_/, ''), 'base64') : secret;
  const mac = createHmac(recipe.algorithm, key);
  for (const part of signed) mac.update(part);
  return mac.digest();
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function isEqual(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
