/** Headers of a request, names in lower case. */
export type Headers = Readonly<Record<string, string>>;

/** One piece of what is signed: something of the request, or a fixed text between two of them. */
export type SignedPart = 'id' | 'timestamp' | 'method' | 'uri' | 'body' | { text: string };

export interface TimestampRecipe {
  header: string;
  unit: 'seconds' | 'milliseconds' | 'iso';
  /** How far from our clock it may be, in both directions. */
  toleranceSeconds: number;
}

/** How a vendor signs, as data. Header names are in lower case. */
export interface HmacRecipe {
  kind: 'hmac';
  algorithm: 'sha256' | 'sha1';
  encoding: 'hex' | 'base64';
  header: string;
  /** Stands before the signature in its header. */
  prefix?: string;
  /** Signatures that the header may hold, with a space between; one unless said. Any match is enough. */
  most?: number;
  /** Whether the secret is used as it is written, or is `whsec_` and the key in base64. As written unless said. */
  secret?: 'text' | 'whsec';
  /** What is signed, in this order and with nothing in between. */
  signed: readonly SignedPart[];
  timestamp?: TimestampRecipe;
  idHeader?: string;
}

/** For vendors that sign nothing: they send a secret of ours along, and whoever knows it is believed. */
export interface SecretHeaderRecipe {
  kind: 'secret_header';
  header: string;
}

export type SignatureRecipe = HmacRecipe | SecretHeaderRecipe;

/** A request as it arrived. `uri` is the public one that the vendor called, whatever stands between. */
export interface SignedRequest {
  method: string;
  uri: string;
  headers: Headers;
  body: Uint8Array;
}

/** What a request claims about its origin, for whoever holds the secret to check in constant time; or why that is idle. */
export type SignatureClaim =
  | { kind: 'signatures'; signatures: string[]; signed: (string | Uint8Array)[] }
  | { kind: 'secret'; secret: string }
  | { kind: 'refused'; why: 'unsigned' | 'malformed' | 'stale' };

const SIGNATURE_FORMS = {
  sha256: { hex: /^[0-9a-f]{64}$/, base64: /^[A-Za-z0-9+/]{43}=$/ },
  sha1: { hex: /^[0-9a-f]{40}$/, base64: /^[A-Za-z0-9+/]{27}=$/ },
};

const TIMESTAMP_FORMS = {
  seconds: /^\d{1,12}$/,
  milliseconds: /^\d{1,15}$/,
  iso: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/,
};

const ID_FORM = /^[A-Za-z0-9_-]{1,128}$/;

/**
 * Reads what a request claims by a recipe: everything about a signature but the cryptography. Stricter than most
 * libraries: every header has its exact form and a timestamp is fresh, or the claim is refused before anything is computed.
 */
export function readClaim(recipe: SignatureRecipe, request: SignedRequest, now: Date): SignatureClaim {
  const given = request.headers[recipe.header];
  if (given === undefined || given === '') return { kind: 'refused', why: 'unsigned' };
  if (recipe.kind === 'secret_header') return { kind: 'secret', secret: given };
  const signatures = signaturesIn(given, recipe);
  const fresh = freshness(recipe.timestamp, request.headers, now);
  if (signatures === undefined || fresh === 'malformed') return { kind: 'refused', why: 'malformed' };
  if (fresh === 'stale') return { kind: 'refused', why: 'stale' };
  const signed = recipe.signed.map((part) => partOf(part, recipe, request));
  if (!signed.every((part) => part !== undefined)) return { kind: 'refused', why: 'malformed' };
  return { kind: 'signatures', signatures, signed };
}

/** The signatures in their encoding, without prefix. Other versions beside ours are passed over. */
function signaturesIn(
  header: string,
  { prefix = '', most = 1, algorithm, encoding }: HmacRecipe,
): string[] | undefined {
  const given = header.split(' ');
  if (given.length > most) return undefined;
  const form = SIGNATURE_FORMS[algorithm][encoding];
  const signatures = given
    .filter((text) => text.startsWith(prefix))
    .map((text) => text.slice(prefix.length))
    .filter((text) => form.test(text));
  return signatures.length === 0 ? undefined : signatures;
}

function freshness(recipe: TimestampRecipe | undefined, headers: Headers, now: Date): 'fresh' | 'stale' | 'malformed' {
  if (recipe === undefined) return 'fresh';
  const text = headers[recipe.header] ?? '';
  if (!TIMESTAMP_FORMS[recipe.unit].test(text)) return 'malformed';
  const distance = Math.abs(now.getTime() - millisecondsOf(text, recipe.unit));
  return distance <= recipe.toleranceSeconds * 1_000 ? 'fresh' : 'stale';
}

function millisecondsOf(text: string, unit: TimestampRecipe['unit']): number {
  if (unit === 'iso') return Date.parse(text);
  return unit === 'seconds' ? Number(text) * 1_000 : Number(text);
}

function partOf(part: SignedPart, recipe: HmacRecipe, request: SignedRequest): string | Uint8Array | undefined {
  if (typeof part === 'object') return part.text;
  if (part === 'timestamp') return request.headers[recipe.timestamp?.header ?? ''];
  if (part !== 'id') return request[part];
  const id = request.headers[recipe.idHeader ?? ''] ?? '';
  return ID_FORM.test(id) ? id : undefined;
}
