import type { RemoteContent, RemoteMedia, RemoteMediaRequest } from '../../media/index.ts';
import { type OutboundClient, OutboundError } from '../../outbound/index.ts';
import { MatrixError, notFound, tooLarge } from '../../protocol/errors.ts';
import type { FederationAnswer, FederationContext, FederationRequest } from '../context.ts';
import { FederationError } from '../federation-error.ts';
import { MultipartError, readParts } from './multipart.ts';

/** Beside the time for an upload that the other server may wait for. */
const TIME_LIMIT_MS = 60_000;
const MOST_REDIRECTS = 5;
/** What a part needs beside the content. */
const MULTIPART_BYTES = 65_536;

/**
 * Brings media from the servers that have them: with a signed request, or for servers that do not know that yet as
 * everybody once did.
 *
 * Source: Server-Server API v1.19, `GET /media/download/{mediaId}`; Client-Server API v1.19, "Content repository", for
 * the older way.
 * @param context is there when the first media are asked for.
 */
export function remoteMediaThrough(context: () => FederationContext, outbound: OutboundClient): RemoteMedia {
  return {
    async fetch(request) {
      const { client, logger } = context();
      const { serverName, mediaId } = request;
      const refuse = (error: unknown): unknown => {
        logger.info('media of another server could not be had', { serverName, mediaId, error });
        return forClient(request, error);
      };
      try {
        return guarded(request, await download(context(), outbound, request));
      } catch (error) {
        if (!isUnknownPath(error)) throw refuse(error);
      }
      try {
        return guarded(request, contentOf(await client.open(legacyRequest(request))));
      } catch (error) {
        throw refuse(error);
      }
    },
  };
}

async function download(
  { client }: FederationContext,
  outbound: OutboundClient,
  request: RemoteMediaRequest,
): Promise<RemoteContent> {
  const path = `/_matrix/federation/v1/media/download/${encodeURIComponent(request.mediaId)}`;
  const { headers, body } = await client.open({
    ...limitsOf(request),
    path: `${path}?timeout_ms=${request.timeoutMs}`,
  });
  const parts = readParts(headers['content-type'] ?? '', body);
  // The first one is for what the specification may add one day.
  await parts.next();
  const { value: part } = await parts.next();
  if (part === undefined) throw new MultipartError('the answer has no content');
  const location = part.headers.get('location');
  if (location !== undefined) return fetchFrom(outbound, location, request);
  return describe(part.headers.get('content-type'), part.headers.get('content-disposition'), part.body);
}

/** Content that the server keeps elsewhere. */
async function fetchFrom(
  outbound: OutboundClient,
  location: string,
  { maxBytes, signal }: RemoteMediaRequest,
): Promise<RemoteContent> {
  if (!URL.canParse(location)) throw new MultipartError('the content is at no URL');
  const { status, headers, body } = await outbound.open({
    method: 'GET',
    url: new URL(location),
    redirects: MOST_REDIRECTS,
    maxBytes,
    timeLimitMs: TIME_LIMIT_MS,
    signal,
  });
  if (status !== 200) throw new MultipartError(`the content is not where it should be: status ${status}`);
  return describe(headers['content-type'], headers['content-disposition'], body);
}

function legacyRequest(request: RemoteMediaRequest): FederationRequest {
  const ids = `${encodeURIComponent(request.serverName)}/${encodeURIComponent(request.mediaId)}`;
  const query = `allow_remote=false&timeout_ms=${request.timeoutMs}`;
  return { ...limitsOf(request), path: `/_matrix/media/v3/download/${ids}?${query}` };
}

function limitsOf({ serverName, maxBytes, timeoutMs }: RemoteMediaRequest): Omit<FederationRequest, 'path'> {
  return {
    destination: serverName,
    method: 'GET',
    maxBytes: maxBytes + MULTIPART_BYTES,
    timeLimitMs: TIME_LIMIT_MS + timeoutMs,
    isUrgent: true,
  };
}

function contentOf({ headers, body }: FederationAnswer): RemoteContent {
  return describe(headers['content-type'], headers['content-disposition'], body);
}

function describe(
  contentType: string | undefined,
  disposition: string | undefined,
  body: AsyncIterable<Buffer>,
): RemoteContent {
  return { body, contentType, fileName: fileNameIn(disposition) };
}

/** Source: RFC 6266, section 4.1. */
function fileNameIn(disposition = ''): string | undefined {
  const [, encoded] = /;\s*filename\*\s*=\s*utf-8''([^;\s]+)/i.exec(disposition) ?? [];
  if (encoded !== undefined) {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return undefined;
    }
  }
  const [, quoted, plain] = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(disposition) ?? [];
  return quoted?.replaceAll(/\\(.)/g, '$1') ?? plain;
}

/** Content whose failures are told as those of the request are. */
function guarded(request: RemoteMediaRequest, content: RemoteContent): RemoteContent {
  return { ...content, body: withClientErrors(request, content.body) };
}

async function* withClientErrors(
  request: RemoteMediaRequest,
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw forClient(request, error);
  }
}

function isUnknownPath(error: unknown): boolean {
  return error instanceof FederationError && error.status === 404 && error.errcode === 'M_UNRECOGNIZED';
}

function forClient({ serverName, maxBytes }: RemoteMediaRequest, error: unknown): unknown {
  const cause = error instanceof FederationError ? error.cause : error;
  if (cause instanceof OutboundError && cause.failure === 'too-large') {
    return tooLarge(`This media has more than the ${maxBytes} bytes that this server takes`);
  }
  if (error instanceof FederationError) {
    const { errcode = '', status } = error;
    if (status === 404) return notFound('The server that this media is of has no such media');
    if (errcode === 'M_NOT_YET_UPLOADED') return new MatrixError(504, errcode, error.message);
    if (errcode === 'M_TOO_LARGE') return tooLarge(error.message);
  } else if (!(error instanceof MultipartError) && !(error instanceof OutboundError)) {
    return error;
  }
  return new MatrixError(502, 'M_UNKNOWN', `${serverName} did not give this media`);
}
