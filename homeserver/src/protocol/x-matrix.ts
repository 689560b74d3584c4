import { type JsonValue, lenientCanonicalJson } from './canonical-json.ts';
import { isServerName, type ServerName } from './identifiers.ts';

/**
 * How servers prove who they are to each other: a signature on each request, in the header `Authorization`.
 *
 * Source: Server-Server API v1.19, "Request Authentication"; RFC 9110, section 11.4.
 */
export interface XMatrix {
  readonly origin: ServerName;
  /** Older servers do not name it; then it is the one that got the request. */
  readonly destination: ServerName | undefined;
  /** `ed25519:VERSION`. */
  readonly keyId: string;
  /** Base64. */
  readonly signature: string;
}

/** What is signed of a request. */
export interface SignedRequest {
  /** In capitals. */
  readonly method: string;
  /** Path and query exactly as they are sent. */
  readonly uri: string;
  readonly origin: ServerName;
  readonly destination: ServerName;
  /** The body; undefined where there is none. */
  readonly content: JsonValue | undefined;
}

/** Longer headers are not looked at: no names and signatures are that long. */
const MAX_HEADER_LENGTH = 4096;
const SCHEME = /^X-Matrix[ \t]+/i;
/** A name, and a value in quotes or without: there also with the colons and slashes that a token cannot have. */
const PARAMETER =
  /[ \t]*(?:,[ \t]*)*([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))[ \t]*(?=,|$)/y;
const KEY_ID = /^ed25519:[^\s"\\]{1,255}$/;

/**
 * The text that a request's signature covers. Numbers in events of old rooms are written as they came, as Synapse does:
 * otherwise a transaction with one of them could be signed by nobody.
 * @throws {CanonicalJsonError} if the body has no such form.
 */
export function requestSigningBytes(request: SignedRequest): string {
  return lenientCanonicalJson(request);
}

/** The header of a signed request. Names and keys have no characters that would need escapes. */
export function formatXMatrix({ origin, destination, keyId, signature }: XMatrix): string {
  const to = destination === undefined ? '' : `,destination="${destination}"`;
  return `X-Matrix origin="${origin}"${to},key="${keyId}",sig="${signature}"`;
}

/**
 * Reads the header of a request. Parameters may stand in any order and any case, quoted or not; unknown ones are
 * skipped.
 * @returns undefined if it is not of this scheme, malformed, or lacks something.
 */
export function parseXMatrix(header: string): XMatrix | undefined {
  const parameters = header.length > MAX_HEADER_LENGTH ? undefined : readParameters(header);
  if (parameters === undefined) return undefined;
  const origin = parameters.get('origin') ?? '';
  const destination = parameters.get('destination');
  const keyId = parameters.get('key') ?? '';
  const signature = parameters.get('sig') ?? '';
  if (!isServerName(origin) || !KEY_ID.test(keyId) || signature === '') return undefined;
  if (destination !== undefined && !isServerName(destination)) return undefined;
  return { origin, destination, keyId, signature };
}

function readParameters(header: string): Map<string, string> | undefined {
  const scheme = SCHEME.exec(header);
  if (scheme === null) return undefined;
  const parameters = new Map<string, string>();
  let read = scheme[0].length;
  for (;;) {
    PARAMETER.lastIndex = read;
    const match = PARAMETER.exec(header);
    if (match === null) break;
    const [, name = '', quoted, plain = ''] = match;
    // Each may be there once: with two, signer and reader could take different ones.
    if (parameters.has(name.toLowerCase())) return undefined;
    parameters.set(name.toLowerCase(), quoted?.replaceAll(/\\(.)/g, '$1') ?? plain);
    read = PARAMETER.lastIndex;
  }
  return /^[ \t,]*$/.test(header.slice(read)) ? parameters : undefined;
}
