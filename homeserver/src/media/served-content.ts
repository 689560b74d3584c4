import { mayShowInline } from './content-type.ts';

/** What somebody else's content is served with, wherever it goes. */
export interface ServedContent {
  readonly contentType: string;
  readonly fileName: string | null;
  readonly sha256: string;
}

/**
 * The headers that keep uploads from doing harm in a browser, and let it keep them for ever: the content of a media
 * ID never changes. Source: Client-Server API v1.19, "Content repository", security considerations.
 */
export function contentHeaders({ contentType, fileName, sha256 }: ServedContent): Record<string, string> {
  return {
    'Content-Type': contentType,
    'Content-Disposition': contentDisposition(mayShowInline(contentType) ? 'inline' : 'attachment', fileName),
    'Content-Security-Policy':
      "sandbox; default-src 'none'; script-src 'none'; plugin-types application/pdf; " +
      "style-src 'unsafe-inline'; object-src 'self';",
    'Cross-Origin-Resource-Policy': 'cross-origin',
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'private, max-age=31536000, immutable',
    ETag: `"${sha256}"`,
  };
}

/**
 * RFC 6266: a plain file name in quotes; any other in UTF-8 beside one that old programs can read.
 */
export function contentDisposition(kind: 'inline' | 'attachment', fileName: string | null): string {
  // Without what cannot stand in a header or would change how the name is shown.
  const name = fileName?.replaceAll(/\p{C}/gu, '').trim();
  if (!name) return kind;
  const plain = name.replaceAll(/[^\x20-\x7e]/gu, '_').replaceAll(/["\\]/g, '\\$&');
  // A percent sign is decoded by some browsers even between quotes.
  if (/^[\x20-\x7e]*$/.test(name) && !name.includes('%')) return `${kind}; filename="${plain}"`;
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encodeExtended(name)}`;
}

/** RFC 8187, section 3.2.1. */
function encodeExtended(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
