import type { IncomingMessage } from 'node:http';
import type { Upload } from '../../../media/index.ts';
import { ClientGone } from '../../request-body.ts';
import { textQuery } from '../../request-values.ts';

/**
 * Hands the body of a request over as an upload.
 * @throws what `keep` throws; {ClientGone} if the body broke off.
 */
export async function receiveUpload<T>(
  { request, query }: { request: IncomingMessage; query: URLSearchParams },
  keep: (upload: Upload) => Promise<T>,
): Promise<T> {
  try {
    return await keep({
      // Destroying the request would close the connection before the client has read why.
      body: request.iterator({ destroyOnReturn: false }),
      announcedBytes: Number(request.headers['content-length'] ?? 0),
      contentType: request.headers['content-type'],
      fileName: textQuery(query, 'filename'),
    });
  } catch (error) {
    if (request.errored) throw new ClientGone('The upload broke off', { cause: error });
    // What still comes is read and forgotten, so that the client gets to read the answer.
    request.resume();
    throw error;
  }
}
