import { CanonicalJsonError } from '../protocol/canonical-json.ts';
import { badJson } from '../protocol/errors.ts';
import type { Pdu } from '../protocol/events.ts';
import { contentHash, eventIdOfSigningBytes, signingBytes } from '../protocol/hashing.ts';
import { checkEventSizes } from '../protocol/limits.ts';
import type { RoomVersionRules } from '../protocol/room-versions.ts';

/** Bytes of an Ed25519 signature in unpadded base64, which is not there yet when the size is checked. */
const SIGNATURE_BYTES = 86;

/** An event that has its hash and its name, and is on its way to its signature. */
export interface SealedEvent {
  readonly pdu: Pdu;
  readonly eventId: string;
  /** Of the whole event, signature included. */
  readonly bytes: number;
  /** The event's JSON around the signature, and what is signed. */
  readonly json: { readonly prefix: string; readonly suffix: string; readonly message: string };
}

/**
 * Hashes an event and names it; the signature is made on the way to the disk, since nothing depends on it.
 *
 * @param draft which carries its ID in room versions 1 and 2 (`nameEvent`).
 * @param keyId of the key that signs, `ed25519:VERSION`.
 * @throws MatrixError 400 `M_BAD_JSON` for content without a canonical form, 413 `M_TOO_LARGE`.
 */
export function sealEvent(
  draft: Pdu,
  rules: RoomVersionRules,
  serverName: string,
  keyId: string,
): SealedEvent {
  try {
    const pdu: Pdu = { ...draft, hashes: { sha256: contentHash(draft, rules) } };
    const message = signingBytes(pdu, rules);
    const { signatures: _none, ...unsignedPdu } = pdu;
    const signatures = `,"signatures":{${JSON.stringify(serverName)}:{${JSON.stringify(keyId)}:"`;
    const prefix = JSON.stringify(unsignedPdu).slice(0, -1) + signatures;
    const suffix = '"}}}';
    const bytes = Buffer.byteLength(prefix) + SIGNATURE_BYTES + suffix.length;
    checkEventSizes(pdu, bytes);
    const eventId = pdu.event_id ?? eventIdOfSigningBytes(message, rules);
    return { pdu, eventId, bytes, json: { prefix, suffix, message } };
  } catch (error) {
    if (error instanceof CanonicalJsonError) throw badJson(error.message);
    throw error;
  }
}

/** A signature of somebody else, or of another key. */
export interface FurtherSignature {
  readonly serverName: string;
  readonly keyId: string;
  readonly signature: string;
}

/**
 * An event with one more signature beside that of this server, which is still to be made.
 *
 * @throws MatrixError 413 `M_TOO_LARGE`.
 */
export function withFurtherSignature(
  sealed: SealedEvent,
  ownName: string,
  { serverName, keyId, signature }: FurtherSignature,
): SealedEvent {
  const entry = `${JSON.stringify(keyId)}:${JSON.stringify(signature)}`;
  const further = serverName === ownName ? `,${entry}` : `},${JSON.stringify(serverName)}:{${entry}`;
  const bytes = sealed.bytes + Buffer.byteLength(further);
  checkEventSizes(sealed.pdu, bytes);
  return { ...sealed, bytes, json: { ...sealed.json, suffix: `"${further}}}}` } };
}
