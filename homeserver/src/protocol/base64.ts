/** Unpadded base64 (specification v1.19, Appendices, "Unpadded Base64"). */

/** Standard alphabet, no padding. */
export function encodeBase64(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  const padding = text.indexOf('=');
  return padding === -1 ? text : text.slice(0, padding);
}

const BASE64 = /^[0-9A-Za-z+/_-]*={0,2}$/;

/** Decodes standard or URL-safe base64, padded or not; undefined if it is neither. */
export function decodeBase64(text: string): Buffer | undefined {
  if (!BASE64.test(text)) return undefined;
  const padding = text.indexOf('=');
  const digits = padding === -1 ? text.length : padding;
  if (digits % 4 === 1 || (padding !== -1 && text.length % 4 !== 0)) return undefined;
  return Buffer.from(text, 'base64');
}
