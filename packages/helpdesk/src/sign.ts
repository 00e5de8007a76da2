import { type HmacRecipe, readClaim, type SignatureRecipe, type SignedRequest } from '@usher/core/connectors/signature';
import { hmac } from './verify.ts';

/** Signs a request as the vendor would: its headers with those that a recipe wants. For trying a source out. */
export function signedHeaders(
  recipe: SignatureRecipe,
  request: SignedRequest,
  { secret, now }: { secret: string; now: Date },
): Record<string, string> {
  if (recipe.kind === 'secret_header') return { ...request.headers, [recipe.header]: secret };
  const headers: Record<string, string> = { ...request.headers };
  if (recipe.timestamp !== undefined) headers[recipe.timestamp.header] = timestampAt(now, recipe.timestamp.unit);
  // What is signed is read from a request that carries a signature, so it gets one of the right form first.
  headers[recipe.header] = `${recipe.prefix ?? ''}${placeholderOf(recipe)}`;
  const claim = readClaim(recipe, { ...request, headers }, now);
  if (claim.kind !== 'signatures') throw new Error(`this request cannot be signed: ${JSON.stringify(claim)}`);
  headers[recipe.header] = `${recipe.prefix ?? ''}${hmac(recipe, claim.signed, secret).toString(recipe.encoding)}`;
  return headers;
}

function timestampAt(now: Date, unit: 'seconds' | 'milliseconds' | 'iso'): string {
  if (unit === 'iso') return now.toISOString().replace(/\.\d+Z$/, 'Z');
  return String(unit === 'seconds' ? Math.floor(now.getTime() / 1_000) : now.getTime());
}

function placeholderOf({ algorithm, encoding }: HmacRecipe): string {
  return Buffer.alloc(algorithm === 'sha256' ? 32 : 20).toString(encoding);
}
