import { RecentMap } from '../base/recent-map.ts';
import { limitExceeded, MatrixError } from '../protocol/errors.ts';
import {
  type BlobStore,
  type Storage,
  type StoredThumbnail,
  type ThumbnailKey,
  UnitOfWork,
} from '../storage/index.ts';
import { BoundedQueue, QueueFull } from './bounded-queue.ts';
import { makeThumbnail } from './make-thumbnail.ts';
import { chooseThumbnailSize, type ThumbnailSize } from './thumbnail-size.ts';

/** Decoding an image takes memory and a core. */
const AT_ONCE = 2;
const MOST_WAITING = 200;
/** Files of which no thumbnail can be made, so that nobody keeps the server busy with one. */
const REMEMBERED_FAILURES = 1_000;

export interface ThumbnailsOptions {
  readonly storage: Pick<Storage, 'database' | 'media'>;
  readonly blobs: BlobStore;
}

/** Thumbnails, each made when it is first asked for, and kept. */
export class Thumbnails {
  readonly #storage: ThumbnailsOptions['storage'];
  readonly #blobs: BlobStore;
  readonly #queue = new BoundedQueue({ atOnce: AT_ONCE, mostWaiting: MOST_WAITING });
  readonly #making = new Map<string, Promise<StoredThumbnail>>();
  readonly #failures = new RecentMap<string, MatrixError>(REMEMBERED_FAILURES);

  constructor({ storage, blobs }: ThumbnailsOptions) {
    this.#storage = storage;
    this.#blobs = blobs;
  }

  /**
   * The thumbnail of a stored file that comes closest to what is wanted.
   * @param isAnimated whether it moves if the file does.
   * @throws {MatrixError} 400 `M_UNKNOWN` or 413 `M_TOO_LARGE` if none can be made of it, 429 `M_LIMIT_EXCEEDED` if
   * too many are being made.
   */
  async get(sourceSha256: string, wanted: ThumbnailSize, isAnimated = false): Promise<StoredThumbnail> {
    const size = chooseThumbnailSize(wanted);
    const method = isAnimated ? `animated ${size.method}` : size.method;
    const key = { sourceSha256, ...size, method };
    const stored = await this.#storage.media.getThumbnail(key);
    if (stored !== undefined) return stored;
    const failure = this.#failures.get(sourceSha256);
    if (failure !== undefined) throw failure;
    const name = `${sourceSha256} ${key.width} ${key.height} ${key.method}`;
    const making =
      this.#making.get(name) ?? this.#make(key, size, isAnimated).finally(() => this.#making.delete(name));
    this.#making.set(name, making);
    return making;
  }

  async #make(key: ThumbnailKey, size: ThumbnailSize, isAnimated: boolean): Promise<StoredThumbnail> {
    try {
      return await this.#queue.run(async () => {
        const { bytes, contentType } = await this.#blobs.withFile(key.sourceSha256, (path) =>
          makeThumbnail(path, size, isAnimated),
        );
        const saved = await this.#blobs.save([bytes], bytes.length);
        const unit = new UnitOfWork();
        this.#storage.media.addThumbnail(unit, key, { ...saved, contentType });
        await this.#storage.database.commit(unit);
        return { ...saved, contentType };
      });
    } catch (error) {
      if (error instanceof QueueFull) throw limitExceeded(2_000);
      if (error instanceof MatrixError) this.#failures.set(key.sourceSha256, error);
      throw error;
    }
  }
}
