import type { IncomingMessage } from 'node:http';
import { contentHeaders, type Media, type MediaContent } from '../../../media/index.ts';
import { MatrixError } from '../../../protocol/errors.ts';
import { Reply } from '../../reply.ts';
import { readRange } from './byte-range.ts';

/**
 * Answers with content: all of it, the part that a `Range` header asks for, or nothing if the client has it (RFC
 * 9110, sections 13 and 14).
 * @throws {MatrixError} 416 for a range outside of the content; 404 `M_NOT_FOUND` if the file is lost.
 */
export async function serveFile(
  library: Media['library'],
  content: MediaContent,
  request: IncomingMessage,
): Promise<Reply> {
  const headers = {
    ...contentHeaders(content),
    'Accept-Ranges': 'bytes',
    'Content-Length': content.size,
  };
  const etag = `"${content.sha256}"`;
  if (request.headers['if-none-match']?.includes(etag)) {
    return new Reply({ status: 304, headers, body: '' });
  }
  const range = readRange(wantedRange(request, etag), content.size);
  if (range === 'unsatisfiable') throw outside(content.size);
  const { first, last } = range ?? { first: 0, last: content.size - 1 };
  const partHeaders = {
    ...headers,
    'Content-Length': last - first + 1,
    ...(range && { 'Content-Range': `bytes ${first}-${last}/${content.size}` }),
  };
  const isEmpty = request.method === 'HEAD' || content.size === 0;
  const body = isEmpty ? '' : await library.read(content, range);
  return new Reply({ status: range ? 206 : 200, headers: partHeaders, body });
}

/** A part is given to GET only, and only of the content that the client has the rest of. */
function wantedRange({ method, headers }: IncomingMessage, etag: string): string | undefined {
  const isSame = headers['if-range'] === undefined || headers['if-range'] === etag;
  return method === 'GET' && isSame ? headers.range : undefined;
}

function outside(size: number): MatrixError {
  const headers = { 'Content-Range': `bytes */${size}` };
  return new MatrixError(416, 'M_UNKNOWN', `The file has ${size} bytes`, {}, headers);
}
