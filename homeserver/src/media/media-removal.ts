import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { ServerName } from '../protocol/identifiers.ts';
import {
  type BlobStore,
  type OldMedia,
  type OldMediaCursor,
  type Storage,
  type StoredMedia,
  UnitOfWork,
} from '../storage/index.ts';

/** How long media are kept that nobody uses, in milliseconds; for ever unless given. */
export interface MediaLifetimes {
  readonly local: number | undefined;
  readonly remote: number | undefined;
  readonly previews: number | undefined;
}

interface MediaRemovalOptions {
  readonly storage: Pick<Storage, 'database' | 'mediaRemoval'>;
  readonly blobs: BlobStore;
  readonly serverName: ServerName;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly lifetimes: MediaLifetimes;
}

/** Which old media are deleted. */
export interface OldMediaRequest extends Omit<OldMedia, 'serverName'> {
  /** Whether what profiles and rooms show as their pictures stays. */
  readonly keepsPictures: boolean;
}

const AT_ONCE = 200;
/**
 * Content is deleted only if nothing was saved under its hash for so long: an upload that is on its way has saved its
 * content and is named a moment later.
 */
const UNUSED_FOR_MS = 60 * 60_000;

/** Deletes media, and the content that nothing names any more. */
export class MediaRemoval {
  readonly #options: MediaRemovalOptions;

  constructor(options: MediaRemovalOptions) {
    this.#options = options;
  }

  /** Deletes media IDs. Nobody gets them from now on; their bytes go within two hours. */
  async delete(media: readonly Pick<StoredMedia, 'origin' | 'mediaId' | 'sha256'>[]): Promise<void> {
    if (media.length === 0) return;
    const { storage, clock } = this.#options;
    const unit = new UnitOfWork();
    for (const one of media) storage.mediaRemoval.delete(unit, one, clock.now());
    await storage.database.commit(unit);
  }

  /**
   * Deletes media that were not used for long.
   * @returns their IDs.
   */
  async deleteOld({ keepsPictures, ...which }: OldMediaRequest, signal?: AbortSignal): Promise<string[]> {
    const { storage, serverName } = this.#options;
    const deleted: string[] = [];
    let after: OldMediaCursor | undefined;
    let pictures: ReadonlySet<string> | undefined;
    while (!signal?.aborted) {
      const page = await storage.mediaRemoval.old({ ...which, serverName }, after, AT_ONCE);
      after = page.at(-1);
      if (after === undefined) break;
      if (keepsPictures) pictures ??= await this.#pictures();
      const some = page.filter(({ origin, mediaId }) => !pictures?.has(`mxc://${origin}/${mediaId}`));
      await this.delete(some);
      for (const { mediaId } of some) deleted.push(mediaId);
      await setImmediate();
    }
    return deleted;
  }

  /** Deletes what has outlived its time, and the content that nothing names any more. Safe to repeat. */
  async tend(signal: AbortSignal): Promise<void> {
    const { clock, lifetimes, logger } = this.#options;
    for (const [sort, lifetime] of [
      ['local', lifetimes.local],
      ['remote', lifetimes.remote],
      ['preview', lifetimes.previews],
    ] as const) {
      if (lifetime === undefined) continue;
      const beforeTs = clock.now() - lifetime;
      const old = { sort, beforeTs, largerThan: -1, keepsPictures: sort === 'local' };
      const deleted = await this.deleteOld(old, signal);
      if (deleted.length > 0) logger.info('old media were deleted', { sort, count: deleted.length });
    }
    await this.#deleteUnused(signal);
  }

  async #deleteUnused(signal: AbortSignal): Promise<void> {
    const { storage, clock, logger } = this.#options;
    const before = clock.now() - UNUSED_FOR_MS;
    for (let after: string | undefined = ''; after !== undefined && !signal.aborted; ) {
      const hashes: string[] = await storage.mediaRemoval.unused(before, after, AT_ONCE);
      for (const hash of hashes) {
        if (signal.aborted) return;
        // One that cannot be deleted now must not keep the others.
        await this.#deleteContent(hash).catch((error: unknown) => {
          logger.warn('content that nobody uses could not be deleted', { error });
        });
      }
      after = hashes.at(-1);
    }
  }

  async #deleteContent(hash: string): Promise<void> {
    const { storage, blobs, clock } = this.#options;
    const unit = new UnitOfWork();
    if (!(await storage.mediaRemoval.isUsed(hash))) {
      if (!(await blobs.discard(hash, UNUSED_FOR_MS))) return;
      await storage.mediaRemoval.deleteThumbnails(unit, hash, clock.now());
    }
    storage.mediaRemoval.settle(unit, hash);
    await storage.database.commit(unit);
  }

  /** The `mxc://` URIs that profiles and the current state of rooms show. */
  async #pictures(): Promise<Set<string>> {
    const uris = new Set<string>();
    for await (const texts of this.#options.storage.mediaRemoval.textsWithPictures()) {
      for (const [uri] of texts.join('\n').matchAll(/mxc:\/\/[^"\\\s]+/g)) uris.add(uri);
      await setImmediate();
    }
    return uris;
  }
}
