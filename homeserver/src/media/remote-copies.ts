import type { Clock } from '../base/clock.ts';
import { limitExceeded, notFound, tooLarge } from '../protocol/errors.ts';
import { parseMxcUri, type ServerName } from '../protocol/identifiers.ts';
import {
  type BlobStore,
  BlobTooLarge,
  type Storage,
  type StoredMedia,
  UnitOfWork,
} from '../storage/index.ts';
import { BoundedQueue, QueueFull } from './bounded-queue.ts';
import { readContentType } from './content-type.ts';
import type { RemoteContent, RemoteMedia } from './remote-media.ts';

/** A media ID with content. */
export type FilledMedia = StoredMedia & { readonly sha256: string };

export function isFilled(media: StoredMedia): media is FilledMedia {
  return media.sha256 !== null;
}

interface RemoteCopiesOptions {
  readonly storage: Pick<Storage, 'database' | 'media'>;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly remoteMedia: RemoteMedia;
  readonly maxBytes: number;
}

interface RemoteId {
  readonly serverName: ServerName;
  readonly mediaId: string;
  /** How long the other server may wait for an upload, in milliseconds. */
  readonly timeoutMs: number;
}

/** Servers may be slow: a few of them must not keep others from being asked. */
const AT_ONCE = 16;
const MOST_WAITING = 200;
/** Beside the time for an upload. */
const TIME_LIMIT_MS = 60_000;
const LONGEST_FILE_NAME = 1_000;
const LONGEST_URI = 500;

/** Brings media of other servers here and keeps them, each once for all who ask for it meanwhile. */
export class RemoteCopies {
  readonly #options: RemoteCopiesOptions;
  readonly #queue = new BoundedQueue({ atOnce: AT_ONCE, mostWaiting: MOST_WAITING });
  readonly #coming = new Map<string, Promise<FilledMedia>>();

  constructor(options: RemoteCopiesOptions) {
    this.#options = options;
  }

  /**
   * Fetches media and keeps them.
   * @throws {MatrixError} as `RemoteMedia.fetch`; 404 `M_NOT_FOUND` for what cannot be a media ID; 413 `M_TOO_LARGE`;
   * 429 `M_LIMIT_EXCEEDED` if too much is being fetched.
   */
  async get(id: RemoteId): Promise<FilledMedia> {
    const key = `mxc://${id.serverName}/${id.mediaId}`;
    if (parseMxcUri(key) === undefined || key.length > LONGEST_URI) throw notFound('This is no media ID');
    const coming = this.#coming.get(key) ?? this.#bring(id).finally(() => this.#coming.delete(key));
    this.#coming.set(key, coming);
    return coming;
  }

  async #bring(id: RemoteId): Promise<FilledMedia> {
    try {
      return await this.#queue.run(() => this.#fetch(id));
    } catch (error) {
      if (error instanceof QueueFull) throw limitExceeded(2_000);
      if (error instanceof BlobTooLarge) {
        throw tooLarge(`This media has more than the ${this.#options.maxBytes} bytes that this server takes`);
      }
      throw error;
    }
  }

  async #fetch({ serverName, mediaId, timeoutMs }: RemoteId): Promise<FilledMedia> {
    const { remoteMedia, maxBytes, blobs, storage } = this.#options;
    const signal = AbortSignal.timeout(timeoutMs + TIME_LIMIT_MS);
    const content = await remoteMedia.fetch({ serverName, mediaId, maxBytes, timeoutMs, signal });
    const saved = await blobs.save(content.body, maxBytes);
    const unit = new UnitOfWork();
    storage.media.addIfNew(unit, {
      origin: serverName,
      mediaId,
      userNid: null,
      ...describe(content),
      ...saved,
      createdTs: this.#options.clock.now(),
      expiresTs: null,
    });
    await storage.database.commit(unit);
    // Another process may have been faster: then its copy counts.
    const kept = await storage.media.get(serverName, mediaId);
    if (kept === undefined || !isFilled(kept)) throw notFound('This media was deleted a moment ago');
    if (kept.sha256 !== saved.sha256) await this.#leave(saved.sha256);
    return kept;
  }

  /** What was saved for nothing goes later, unless something else names it. */
  async #leave(sha256: string): Promise<void> {
    const { storage, clock } = this.#options;
    const unit = new UnitOfWork();
    storage.media.noteUnused(unit, sha256, clock.now());
    await storage.database.commit(unit);
  }
}

function describe({ contentType, fileName }: RemoteContent): Pick<StoredMedia, 'contentType' | 'uploadName'> {
  return {
    contentType: readContentType(contentType),
    uploadName: fileName?.slice(0, LONGEST_FILE_NAME) ?? null,
  };
}
