import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { contentHeaders, type Media, type MediaContent, THUMBNAIL_METHODS } from '../../media/index.ts';
import { missingParam } from '../../protocol/errors.ts';
import type { Endpoint } from '../endpoint.ts';
import { Reply } from '../reply.ts';
import { booleanQuery, enumQuery, integerQuery } from '../request-values.ts';
import { type FederationCall, federationEndpoint } from './federation-endpoint.ts';

const getContent = federationEndpoint('getContent', {}, async (call) => {
  const { library } = call.services.media;
  return inParts(library, await library.find(localMedia(call)));
});

const getContentThumbnail = federationEndpoint('getContentThumbnail', {}, async (call) => {
  const { query, services } = call;
  const width = integerQuery(query, 'width', { least: 1 });
  const height = integerQuery(query, 'height', { least: 1 });
  if (width === undefined || height === undefined) {
    throw missingParam('A thumbnail needs the query parameters width and height');
  }
  const method = enumQuery(query, 'method', THUMBNAIL_METHODS) ?? 'scale';
  const isAnimated = booleanQuery(query, 'animated') ?? false;
  const { library } = services.media;
  const thumbnail = await library.findThumbnail(localMedia(call), { width, height, method }, isAnimated);
  return inParts(library, thumbnail);
});

/** Servers ask for what was uploaded here; the rest they get where it comes from. */
function localMedia({
  params,
  query,
  services,
  signal,
}: FederationCall<{ readonly mediaId: string }, undefined>) {
  const timeoutMs = integerQuery(query, 'timeout_ms');
  return { serverName: services.serverName, mediaId: params.mediaId, timeoutMs, signal };
}

/**
 * Content in two parts: what there is to say of it, which is nothing yet, and the file.
 *
 * Source: Server-Server API v1.19, "Content Repository"; RFC 2046, section 5.1.
 */
async function inParts(library: Media['library'], content: MediaContent): Promise<Reply> {
  const boundary = randomUUID();
  const { 'Content-Type': type, 'Content-Disposition': disposition } = contentHeaders(content);
  const head = Buffer.from(
    `--${boundary}\r\nContent-Type: application/json\r\n\r\n{}\r\n` +
      `--${boundary}\r\nContent-Type: ${type}\r\nContent-Disposition: ${disposition}\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const file = await library.read(content);
  return new Reply({
    headers: {
      'Content-Type': `multipart/mixed; boundary=${boundary}`,
      'Content-Length': head.length + content.size + tail.length,
    },
    body: Readable.from(surround(head, file, tail), { objectMode: false }),
  });
}

async function* surround(head: Buffer, file: Readable, tail: Buffer): AsyncGenerator<Buffer> {
  yield head;
  yield* file;
  yield tail;
}

/** Media of this server. */
export const mediaEndpoints: readonly Endpoint[] = [getContent, getContentThumbnail];
