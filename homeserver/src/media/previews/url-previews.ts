import { Readable } from 'node:stream';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import { type OutboundClient, OutboundError, type OutboundResponse } from '../../outbound/index.ts';
import type { JsonObject } from '../../protocol/canonical-json.ts';
import { forbidden, invalidParam, MatrixError } from '../../protocol/errors.ts';
import type { Storage } from '../../storage/index.ts';
import type { Uploads } from '../uploads.ts';
import { decodePage } from './decode-page.ts';
import { sizeOfImage } from './size-of-image.ts';

export interface UrlPreviewsOptions {
  readonly storage: Pick<Storage, 'urlPreviews'>;
  readonly outbound: OutboundClient;
  readonly uploads: Uploads;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether pages are looked at at all. */
  readonly isOn: boolean;
  /** Hosts that are not looked at, and what is beneath them. */
  readonly deniedHosts: readonly string[];
}

/** The head of a page is in here. */
const MOST_PAGE_BYTES = 512 * 1024;
const MOST_IMAGE_BYTES = 10 * 1024 * 1024;
const PAGE_TIME_MS = 10_000;
const REDIRECTS = 5;
const KEPT_MS = 60 * 60_000;
/** What failed is tried again sooner. */
const FAILURE_KEPT_MS = 5 * 60_000;
const LONGEST_URL = 2_048;
const LONGEST_LANGUAGE = 100;
const IMAGE_TYPES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']);

/**
 * Looks at pages for those who are sent a link, so that they need not: no page learns who reads about it.
 *
 * Source: Client-Server API v1.19, `GET /_matrix/client/v1/media/preview_url`; the names are OpenGraph's.
 */
export class UrlPreviews {
  readonly #options: UrlPreviewsOptions;
  /** Looks on their way: whoever asks for the same meanwhile waits for the first. */
  readonly #looking = new Map<string, Promise<JsonObject>>();

  constructor(options: UrlPreviewsOptions) {
    this.#options = options;
  }

  /**
   * What a page says of itself; empty for one that says nothing.
   *
   * @param language of the reader, as `Accept-Language` has it.
   * @throws {MatrixError} 400 `M_INVALID_PARAM` for what is no address of the web; 403 `M_FORBIDDEN` where previews are
   * off, for a host that is denied and for what is not on the public internet; 502 `M_UNKNOWN` for a page that cannot
   * be reached.
   */
  async preview(written: string, language = ''): Promise<JsonObject> {
    const { storage, clock } = this.#options;
    const url = this.#requireUrl(written);
    const wanted = language.slice(0, LONGEST_LANGUAGE);
    const known = await storage.urlPreviews.get(url.href, wanted, clock.now());
    if (known !== undefined) return reachable(url, JSON.parse(known) as JsonObject);
    const key = `${wanted} ${url.href}`;
    const looking = this.#looking.get(key) ?? this.#look(url, wanted);
    this.#looking.set(key, looking);
    try {
      return reachable(url, await looking);
    } finally {
      this.#looking.delete(key);
    }
  }

  #requireUrl(written: string): URL {
    const { isOn, deniedHosts } = this.#options;
    if (!isOn) throw forbidden('This server makes no previews');
    const url = written.length > LONGEST_URL ? null : URL.parse(written);
    if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
      throw invalidParam('url is not an address of the web');
    }
    url.hash = '';
    url.username = '';
    url.password = '';
    const isDenied = deniedHosts.some((host) => url.hostname === host || url.hostname.endsWith(`.${host}`));
    if (isDenied) throw forbidden('This server makes no previews of this address');
    return url;
  }

  /** Looks at a page and keeps what it said, or that it could not be reached. */
  async #look(url: URL, language: string): Promise<JsonObject> {
    const { storage, clock, logger } = this.#options;
    let preview: JsonObject;
    let keptMs = KEPT_MS;
    try {
      preview = await this.#describe(await this.#fetch(url, language, MOST_PAGE_BYTES));
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      logger.debug('a page could not be looked at', { host: url.host, failure: error.failure });
      preview = { [FAILED]: error.failure };
      keptMs = FAILURE_KEPT_MS;
    }
    const now = clock.now();
    const stored = { url: url.href, language, preview: JSON.stringify(preview), expiresTs: now + keptMs };
    await storage.urlPreviews.put(stored, now);
    return preview;
  }

  async #describe(page: OutboundResponse): Promise<JsonObject> {
    if (page.status < 200 || page.status >= 300)
      throw new OutboundError('unreachable', `it says ${page.status}`);
    const contentType = (page.headers['content-type'] ?? '').toLowerCase();
    if (IMAGE_TYPES.has(contentType.split(';')[0]?.trim() ?? '')) return this.#showImage(page.url);
    if (!contentType.includes('html')) return {};
    // The parser loads when it is first needed.
    const { readPage } = await import('./read-page.ts');
    const described = readPage(decodePage(page.body, contentType));
    const { 'og:image': image, ...words } = Object.fromEntries(described);
    const address = image === undefined ? null : URL.parse(image, page.url.href);
    return { ...words, ...(address === null ? {} : await this.#showImage(address)) };
  }

  /** Keeps an image for those who look at the preview. Without it the rest is told. */
  async #showImage(url: URL): Promise<JsonObject> {
    const { uploads, logger } = this.#options;
    try {
      const image = await this.#fetch(url, '', MOST_IMAGE_BYTES, false);
      const size = image.status === 200 ? await sizeOfImage(image.body) : undefined;
      if (size === undefined) return {};
      const contentUri = await uploads.uploadOwn({
        body: Readable.from([image.body]),
        contentType: size.contentType,
      });
      return {
        'og:image': contentUri,
        'og:image:type': size.contentType,
        'og:image:width': size.width,
        'og:image:height': size.height,
        'matrix:image:size': image.body.length,
      };
    } catch (error) {
      if (!(error instanceof OutboundError) && !(error instanceof MatrixError)) throw error;
      logger.debug('the image of a page could not be had', { host: url.host, error });
      return {};
    }
  }

  #fetch(url: URL, language: string, maxBytes: number, isCut = true): Promise<OutboundResponse> {
    return this.#options.outbound.send({
      method: 'GET',
      url,
      headers: {
        // Some sites describe themselves to those alone who say that they are robots.
        'user-agent': 'Guildhall (bot; link preview)',
        ...(language === '' ? {} : { 'accept-language': language }),
      },
      redirects: REDIRECTS,
      maxBytes,
      isCut,
      timeLimitMs: PAGE_TIME_MS,
    });
  }
}

/** Under this name is kept why a page could not be looked at. */
const FAILED = 'io.guildhall.failed';

/** @throws {MatrixError} for a page that could not be looked at. */
function reachable(url: URL, preview: JsonObject): JsonObject {
  const failure = preview[FAILED];
  if (failure === undefined) return preview;
  if (failure === 'refused') throw forbidden(`${url.host} is not on the public internet`);
  throw new MatrixError(502, 'M_UNKNOWN', `${url.host} cannot be looked at`);
}
