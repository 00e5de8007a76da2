import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { Failure } from '@usher/core/failure';

/** A secret as it lies in the database: `v1.`, the mark of its key, and what AES-256-GCM made of it. */
export type Sealed = string & { readonly isSealed: true };

/** Seals secrets for the database and opens them again. */
export interface Vault {
  /** Throws SecretKeyMissing. */
  seal(secret: string): Sealed;
  /** Throws SecretKeyMissing, SecretKeyWrong. */
  open(sealed: Sealed): string;
  /** Whether the newest key sealed it, so that the older ones may go. */
  isNewest(sealed: Sealed): boolean;
}

/** There is no key, so that no secret can be kept or read. */
export class SecretKeyMissing extends Error implements Failure {
  readonly code = 'secret_key_missing';
  readonly retry = 'backoff';

  constructor() {
    super(
      'Secrets are kept encrypted, and USHER_SECRET_KEY is not set. Make a key with `openssl rand -base64 32` and give the same one to every process.',
    );
    this.name = 'SecretKeyMissing';
  }
}

/** No key that we have opens this secret, or its bytes were changed. */
export class SecretKeyWrong extends Error implements Failure {
  readonly code = 'secret_key_wrong';
  readonly retry = 'backoff';

  constructor(why: string) {
    super(
      `A stored secret cannot be opened: ${why}. Put the key with which it was made into USHER_SECRET_KEY, after the newest and a comma; if that key is lost, give the secret anew.`,
    );
    this.name = 'SecretKeyWrong';
  }
}

const FORM = /^v1\.(?<mark>[0-9a-f]{8})\.(?<bytes>[A-Za-z0-9_-]+)$/;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Tells whether a text is a sealed secret, by its form. */
export function isSealed(text: string): text is Sealed {
  return FORM.test(text);
}

/**
 * Opens the vault with `USHER_SECRET_KEY`: one key, or several with commas between, of which the first seals and all open.
 * Without a key it can be opened too, so that everything that needs no secret works.
 */
export function openVault(keys: string | undefined): Vault {
  const known = (keys ?? '').split(',').flatMap((text) => (text.trim() === '' ? [] : [keyOf(text.trim())]));
  const [newest] = known;
  return {
    seal(secret) {
      if (newest === undefined) throw new SecretKeyMissing();
      return sealWith(newest, secret);
    },
    open(sealed) {
      if (newest === undefined) throw new SecretKeyMissing();
      const { mark, bytes } = FORM.exec(sealed)?.groups ?? {};
      const key = known.find((one) => one.mark === mark);
      if (key === undefined) throw new SecretKeyWrong('it was made with another key');
      return openWith(key, Buffer.from(bytes ?? '', 'base64url'));
    },
    isNewest: (sealed) => newest !== undefined && sealed.startsWith(`v1.${newest.mark}.`),
  };
}

interface Key {
  bytes: Buffer;
  /** Tells keys apart without saying anything about them. */
  mark: string;
}

function keyOf(text: string): Key {
  const bytes = Buffer.from(text, 'base64');
  return { bytes, mark: createHash('sha256').update('usher key').update(bytes).digest('hex').slice(0, 8) };
}

function sealWith({ bytes, mark }: Key, secret: string): Sealed {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', bytes, nonce);
  const content = Buffer.concat([nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  const sealed = `v1.${mark}.${content.toString('base64url')}`;
  if (!isSealed(sealed)) throw new Error('a secret was not sealed');
  return sealed;
}

function openWith({ bytes }: Key, content: Buffer): string {
  const nonce = content.subarray(0, NONCE_BYTES);
  const tag = content.subarray(-TAG_BYTES);
  try {
    const decipher = createDecipheriv('aes-256-gcm', bytes, nonce, { authTagLength: TAG_BYTES }).setAuthTag(tag);
    const body = content.subarray(NONCE_BYTES, -TAG_BYTES);
    return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
  } catch {
    throw new SecretKeyWrong('its bytes were changed');
  }
}
