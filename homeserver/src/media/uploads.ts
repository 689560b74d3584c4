import type { Clock } from '../base/clock.ts';
import { randomOpaqueId } from '../base/ids.ts';
import {
  forbidden,
  invalidParam,
  limitExceeded,
  MatrixError,
  notFound,
  tooLarge,
} from '../protocol/errors.ts';
import type { ServerName } from '../protocol/identifiers.ts';
import {
  type BlobStore,
  BlobTooLarge,
  ExpectationFailed,
  type NewMedia,
  type SavedBlob,
  type Storage,
  UnitOfWork,
} from '../storage/index.ts';
import { readContentType } from './content-type.ts';
import { type UploadQuota, UploadQuotas } from './upload-quotas.ts';

export interface UploadsOptions {
  readonly storage: Pick<Storage, 'database' | 'media'>;
  readonly blobs: BlobStore;
  readonly serverName: ServerName;
  readonly clock: Clock;
  readonly maxUploadBytes: number;
  readonly quota: UploadQuota;
}

/** What a client sends. */
export interface Upload {
  readonly body: AsyncIterable<Uint8Array>;
  /** What the client says of the number of bytes before it sends them. */
  readonly announcedBytes?: number | undefined;
  readonly contentType?: string | undefined;
  readonly fileName?: string | undefined;
}

/** A media ID to upload to later. */
export interface Reservation {
  readonly contentUri: string;
  /** Milliseconds since the Unix epoch. */
  readonly expiresTs: number;
}

const RESERVED_FOR_MS = 24 * 60 * 60_000;
const MOST_RESERVED = 20;
const LONGEST_FILE_NAME = 1_000;

/** Takes in what people upload. Source: Client-Server API v1.19, "Content repository". */
export class Uploads {
  readonly #storage: UploadsOptions['storage'];
  readonly #blobs: BlobStore;
  readonly #serverName: ServerName;
  readonly #clock: Clock;
  readonly #maxUploadBytes: number;
  readonly #quotas: UploadQuotas;

  constructor({ storage, blobs, serverName, clock, maxUploadBytes, quota }: UploadsOptions) {
    this.#storage = storage;
    this.#blobs = blobs;
    this.#serverName = serverName;
    this.#clock = clock;
    this.#maxUploadBytes = maxUploadBytes;
    this.#quotas = new UploadQuotas(storage.media, quota);
  }

  /**
   * Keeps an upload under a new media ID; it survives the loss of power once this resolves.
   * @returns the `mxc://` URI
   * @throws {MatrixError} 413 `M_TOO_LARGE`; 400 `M_INVALID_PARAM` for a file name of more than 1,000 characters; 400
   * `M_RESOURCE_LIMIT_EXCEEDED` if the user would have more than may be; 403 `M_FORBIDDEN` for content in quarantine.
   */
  async upload(userNid: number, upload: Upload): Promise<string> {
    await this.#quotas.requireRoom(userNid, upload.announcedBytes ?? 0);
    const content = await this.#receive(upload);
    const media = { ...this.#newMedia(userNid), ...content, expiresTs: null };
    const unit = new UnitOfWork();
    this.#storage.media.add(unit, media);
    await this.#keep(unit, media, content);
    return `mxc://${media.origin}/${media.mediaId}`;
  }

  /**
   * Keeps something that the server itself has fetched, under a media ID that belongs to nobody.
   * @returns the `mxc://` URI
   * @throws {MatrixError} as `upload`.
   */
  async uploadOwn(upload: Upload): Promise<string> {
    const content = await this.#receive(upload);
    const media = { ...this.#newMedia(null), ...content, expiresTs: null };
    const unit = new UnitOfWork();
    this.#storage.media.add(unit, media);
    await this.#keep(unit, media, content);
    return `mxc://${media.origin}/${media.mediaId}`;
  }

  /**
   * Gives out a media ID to upload to within a day.
   * @throws {MatrixError} 429 `M_LIMIT_EXCEEDED` while the user has 20 of them that nothing was uploaded to.
   */
  async reserve(userNid: number): Promise<Reservation> {
    const media = this.#newMedia(userNid);
    const lapses = await this.#storage.media.reservationsOf(userNid, media.createdTs);
    const [earliest] = lapses;
    if (earliest !== undefined && lapses.length >= MOST_RESERVED) {
      throw limitExceeded(earliest - media.createdTs);
    }
    const expiresTs = media.createdTs + RESERVED_FOR_MS;
    const unit = new UnitOfWork();
    this.#storage.media.deleteLapsed(unit, userNid, media.createdTs);
    const empty = { contentType: 'application/octet-stream', uploadName: null, size: 0, sha256: null };
    this.#storage.media.add(unit, { ...media, ...empty, expiresTs });
    await this.#storage.database.commit(unit);
    return { contentUri: `mxc://${media.origin}/${media.mediaId}`, expiresTs };
  }

  /**
   * Keeps an upload under a media ID that the user has reserved.
   * @throws {MatrixError} 404 `M_NOT_FOUND` for an ID that was not reserved or has lapsed, 403 `M_FORBIDDEN` for
   * somebody else's, 409 `M_CANNOT_OVERWRITE_MEDIA` if something was uploaded to it already; as `upload` besides.
   */
  async uploadTo(userNid: number, serverName: ServerName, mediaId: string, upload: Upload): Promise<void> {
    await this.#requireReserved(userNid, serverName, mediaId);
    await this.#quotas.requireRoom(userNid, upload.announcedBytes ?? 0);
    const content = await this.#receive(upload);
    const media = { origin: serverName, mediaId, userNid };
    const unit = new UnitOfWork();
    this.#storage.media.fill(unit, media, content, this.#clock.now());
    await this.#keep(unit, media, content, () => this.#requireReserved(userNid, serverName, mediaId));
  }

  /**
   * Commits a unit that gives content to a media ID.
   * @param explain throws why the unit could not be committed, if it was not for the quota.
   */
  async #keep(
    unit: UnitOfWork,
    media: Pick<NewMedia, 'origin' | 'mediaId' | 'userNid'>,
    { sha256 }: SavedBlob,
    explain: () => Promise<void> = async () => undefined,
  ): Promise<void> {
    try {
      if (await this.#storage.media.isQuarantined(sha256)) {
        throw forbidden('The admins of this server have withdrawn this file');
      }
      this.#quotas.hold(unit, media);
      await this.#storage.database.commit(unit);
    } catch (error) {
      // The content may be somebody else's as well: whether it goes is seen later.
      const leftover = new UnitOfWork();
      this.#storage.media.noteUnused(leftover, sha256, this.#clock.now());
      await this.#storage.database.commit(leftover);
      if (!(error instanceof ExpectationFailed)) throw error;
      // Another upload was faster, the reservation lapsed meanwhile, or there is no room: look again to say which.
      await explain();
      throw this.#quotas.exceeded();
    }
  }

  async #requireReserved(userNid: number, serverName: ServerName, mediaId: string): Promise<void> {
    const media =
      serverName === this.#serverName ? await this.#storage.media.get(serverName, mediaId) : undefined;
    const isLapsed = media?.sha256 === null && (media.expiresTs ?? 0) <= this.#clock.now();
    if (media === undefined || isLapsed) throw notFound('This media ID was not reserved, or has lapsed');
    if (media.userNid !== userNid) {
      throw forbidden('Somebody else has reserved this media ID');
    }
    if (media.sha256 === null) return;
    throw new MatrixError(409, 'M_CANNOT_OVERWRITE_MEDIA', 'Something was uploaded to this media ID already');
  }

  #newMedia(userNid: number | null) {
    return {
      origin: this.#serverName,
      mediaId: randomOpaqueId(24),
      userNid,
      createdTs: this.#clock.now(),
    } satisfies Partial<NewMedia>;
  }

  async #receive({ body, announcedBytes = 0, contentType, fileName }: Upload) {
    if (fileName !== undefined && fileName.length > LONGEST_FILE_NAME) {
      throw invalidParam(`The file name is longer than ${LONGEST_FILE_NAME} characters`);
    }
    if (announcedBytes > this.#maxUploadBytes) throw this.#tooLarge();
    const saved = await this.#save(body);
    return { ...saved, contentType: readContentType(contentType), uploadName: fileName ?? null };
  }

  async #save(body: AsyncIterable<Uint8Array>): Promise<SavedBlob> {
    try {
      return await this.#blobs.save(body, this.#maxUploadBytes);
    } catch (error) {
      throw error instanceof BlobTooLarge ? this.#tooLarge() : error;
    }
  }

  #tooLarge(): MatrixError {
    return tooLarge(`The file is too large: this server takes up to ${this.#maxUploadBytes} bytes`);
  }
}
