import type { Readable } from 'node:stream';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { MatrixError, notFound } from '../protocol/errors.ts';
import type { ServerName } from '../protocol/identifiers.ts';
import { BlobMissing, type BlobStore, type ByteRange, type Storage, UnitOfWork } from '../storage/index.ts';
import type { Arrivals } from './arrivals.ts';
import { type FilledMedia, isFilled, type RemoteCopies } from './remote-copies.ts';
import type { ThumbnailSize } from './thumbnail-size.ts';
import { Thumbnails } from './thumbnails.ts';

export interface MediaLibraryOptions {
  readonly storage: Pick<Storage, 'database' | 'media'>;
  readonly blobs: BlobStore;
  readonly serverName: ServerName;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly arrivals: Arrivals;
  /** Without it, the media of other servers are unknown here. */
  readonly remote: RemoteCopies | undefined;
}

/** Content that can be served. */
export interface MediaContent {
  readonly sha256: string;
  /** As the uploader says. */
  readonly contentType: string;
  readonly fileName: string | null;
  /** Bytes. */
  readonly size: number;
}

/** Which media, and how long to wait for an upload that was announced. */
export interface MediaRequest {
  readonly serverName: ServerName;
  readonly mediaId: string;
  /** Milliseconds; 20 seconds unless given, a minute at most. */
  readonly timeoutMs?: number | undefined;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

const DEFAULT_TIMEOUT_MS = 20_000;
const LONGEST_TIMEOUT_MS = 60_000;
const USE_NOTED_EVERY_MS = 60 * 60_000;

/** Gives out what was uploaded. Source: Client-Server API v1.19, "Content repository". */
export class MediaLibrary {
  readonly #storage: MediaLibraryOptions['storage'];
  readonly #blobs: BlobStore;
  readonly #serverName: ServerName;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #arrivals: Arrivals;
  readonly #remote: RemoteCopies | undefined;
  readonly #thumbnails: Thumbnails;

  constructor({ storage, blobs, serverName, clock, logger, arrivals, remote }: MediaLibraryOptions) {
    this.#storage = storage;
    this.#blobs = blobs;
    this.#serverName = serverName;
    this.#clock = clock;
    this.#logger = logger;
    this.#arrivals = arrivals;
    this.#remote = remote;
    this.#thumbnails = new Thumbnails({ storage, blobs });
  }

  /**
   * What a media ID stands for; waits for its upload if it was only reserved. Media of another server are brought here.
   * @throws {MatrixError} 404 `M_NOT_FOUND` for an unknown ID and for what is in quarantine; 504 `M_NOT_YET_UPLOADED`; as
   * `RemoteMedia.fetch` besides.
   */
  async find(request: MediaRequest): Promise<MediaContent> {
    const timeoutMs = Math.min(request.timeoutMs ?? DEFAULT_TIMEOUT_MS, LONGEST_TIMEOUT_MS);
    const found =
      request.serverName === this.#serverName
        ? await this.#findOwn(request, timeoutMs)
        : await this.#findRemote(request, timeoutMs);
    if (found.quarantinedBy !== null) throw notFound('The admins of this server have withdrawn this media');
    this.#noteUse(found);
    const { sha256, contentType, uploadName, size } = found;
    return { sha256, contentType, fileName: uploadName, size };
  }

  async #findOwn({ mediaId, signal }: MediaRequest, timeoutMs: number): Promise<FilledMedia> {
    const media = await this.#look(mediaId);
    if (media !== undefined) return media;
    const upload = this.#arrivals.expect(mediaId);
    try {
      const arrived = await this.#look(mediaId);
      if (arrived !== undefined) return arrived;
      await this.#waitFor(upload.arrived, timeoutMs, signal);
      return (await this.#look(mediaId)) ?? notYetUploaded();
    } finally {
      upload.cancel();
    }
  }

  async #findRemote({ serverName, mediaId }: MediaRequest, timeoutMs: number): Promise<FilledMedia> {
    const copy = await this.#storage.media.get(serverName, mediaId);
    if (copy !== undefined && isFilled(copy)) return copy;
    if (this.#remote === undefined) throw notFound('There is no such media here');
    return this.#remote.get({ serverName, mediaId, timeoutMs });
  }

  /** Once an hour is enough to know what is not used any more. */
  #noteUse({ origin, mediaId, lastAccessTs }: FilledMedia): void {
    const now = this.#clock.now();
    if (lastAccessTs !== null && now - lastAccessTs < USE_NOTED_EVERY_MS) return;
    const unit = new UnitOfWork();
    this.#storage.media.touch(unit, { origin, mediaId }, now);
    this.#storage.database.commit(unit).catch((error: unknown) => {
      this.#logger.warn('the use of media was not noted', { error });
    });
  }

  /**
   * Opens content, or a part of it, for reading.
   * @throws {MatrixError} 404 `M_NOT_FOUND` if the file is lost.
   */
  async read(content: Pick<MediaContent, 'sha256'>, range?: ByteRange): Promise<Readable> {
    try {
      return await this.#blobs.read(content.sha256, range);
    } catch (error) {
      throw this.#explainLoss(error);
    }
  }

  /**
   * A thumbnail, as content of its own under the name of what it shows.
   * @throws {MatrixError} as `find`; 400 `M_UNKNOWN` or 413 `M_TOO_LARGE` if none can be made; 429.
   */
  async findThumbnail(request: MediaRequest, size: ThumbnailSize, isAnimated = false): Promise<MediaContent> {
    const { sha256, fileName } = await this.find(request);
    try {
      return { ...(await this.#thumbnails.get(sha256, size, isAnimated)), fileName };
    } catch (error) {
      throw this.#explainLoss(error);
    }
  }

  /** Undefined for a media ID that waits for its upload. */
  async #look(mediaId: string): Promise<FilledMedia | undefined> {
    const media = await this.#storage.media.get(this.#serverName, mediaId);
    if (media === undefined) throw notFound('There is no such media here');
    if (isFilled(media)) return media;
    if ((media.expiresTs ?? 0) <= this.#clock.now()) throw notFound('Nothing was uploaded to this media ID');
    return undefined;
  }

  async #waitFor(arrived: Promise<void>, longestMs: number, signal: AbortSignal): Promise<void> {
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const timer = this.#clock.setTimeout(resolve, longestMs);
    const end = (): void => resolve();
    signal.addEventListener('abort', end);
    if (signal.aborted) resolve();
    await Promise.race([arrived, over]);
    timer.cancel();
    signal.removeEventListener('abort', end);
  }

  #explainLoss(error: unknown): unknown {
    if (!(error instanceof BlobMissing)) return error;
    this.#logger.error('the content of uploaded media is missing', { error });
    return notFound('The content of this media is lost');
  }
}

function notYetUploaded(): never {
  throw new MatrixError(
    504,
    'M_NOT_YET_UPLOADED',
    'This media ID is reserved, and the upload has not come yet',
  );
}
