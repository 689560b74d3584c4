import { randomBytes } from 'node:crypto';

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A secret of `bytes` random bytes, written in URL-safe base64 without padding. */
export function randomToken(bytes = 32): string {
  return randomBytes(bytes).toString('base64url');
}

/**
 * `length` characters drawn evenly from `alphabet` (2 to 256 characters; letters and digits unless given).
 * For identifiers that must not collide or be guessed: media ids, device ids, invite codes.
 */
export function randomOpaqueId(length: number, alphabet = LETTERS_AND_DIGITS): string {
  // Bytes at or above the largest multiple of the alphabet's size would favour its first characters.
  const limit = 256 - (256 % alphabet.length);
  let id = '';
  while (id.length < length) {
    for (const byte of randomBytes(length - id.length + 8)) {
      if (byte < limit && id.length < length) id += alphabet.charAt(byte % alphabet.length);
    }
  }
  return id;
}
