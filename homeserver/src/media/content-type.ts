/**
 * The types that a browser may show in place; everything else is offered as a download, so that no upload can act as
 * a page of this server. Source: Client-Server API v1.19, "Serving inline content".
 */
const INLINE_TYPES: ReadonlySet<string> = new Set([
  'text/css',
  'text/plain',
  'text/csv',
  'application/json',
  'application/ld+json',
  'image/jpeg',
  'image/gif',
  'image/png',
  'image/apng',
  'image/webp',
  'image/avif',
  'video/mp4',
  'video/webm',
  'video/ogg',
  'video/quicktime',
  'audio/mp4',
  'audio/webm',
  'audio/aac',
  'audio/mpeg',
  'audio/ogg',
  'audio/wave',
  'audio/wav',
  'audio/x-wav',
  'audio/x-pn-wav',
  'audio/flac',
  'audio/x-flac',
]);

const TOKEN = "[\\w!#$%&'*+.^`|~-]+";
const MEDIA_TYPE = new RegExp(`^${TOKEN}/${TOKEN}(?:[ \\t]*;[ \\t]*${TOKEN}=(?:${TOKEN}|"[ !#-[\\]-~]*"))*$`);
const LONGEST = 255;

/** The type that an uploader gives, if it is one (RFC 9110, section 8.3.1); else `application/octet-stream`. */
export function readContentType(given: string | undefined): string {
  const isType = given !== undefined && given.length <= LONGEST && MEDIA_TYPE.test(given);
  return isType ? given : 'application/octet-stream';
}

/** Whether a browser may show content of this type in place. */
export function mayShowInline(contentType: string): boolean {
  const [essence = ''] = contentType.split(';', 1);
  return INLINE_TYPES.has(essence.trim().toLowerCase());
}
