import type { Clock } from '../base/clock.ts';
import { notFound } from '../protocol/errors.ts';
import { parseMxcUri, type ServerName } from '../protocol/identifiers.ts';
import {
  type FigureOrder,
  type MediaFigures,
  type MediaKey,
  type MediaOrder,
  type MediaPage,
  type QuarantineChange,
  type Storage,
  type StoredMedia,
  UnitOfWork,
} from '../storage/index.ts';
import { mediaInRoom } from './media-in-room.ts';

interface MediaModerationOptions {
  readonly storage: Pick<Storage, 'database' | 'media' | 'mediaLists' | 'quarantine' | 'rooms' | 'users'>;
  readonly serverName: ServerName;
  readonly clock: Clock;
}

const HASHES_AT_ONCE = 500;

/**
 * What admins do with media. Content is put in quarantine by its hash: under no media ID is it given out any more, and
 * it cannot be uploaded again.
 */
export class MediaModeration {
  readonly #options: MediaModerationOptions;

  constructor(options: MediaModerationOptions) {
    this.#options = options;
  }

  /**
   * What is known of media, and who has uploaded them.
   * @throws {MatrixError} 404 `M_NOT_FOUND` for media of which nothing is here.
   */
  async get(key: MediaKey): Promise<StoredMedia & { readonly userId: string | null }> {
    const { storage } = this.#options;
    const media = await storage.media.get(key.origin, key.mediaId);
    if (media === undefined) throw notFound('There is no such media here');
    const uploader = media.userNid === null ? undefined : await storage.users.byNid(media.userNid);
    return { ...media, userId: uploader?.userId ?? null };
  }

  /** A page of what a user has uploaded, and how much there is in all pages. */
  ofUser(userNid: number, page: MediaPage<MediaOrder>) {
    return this.#options.storage.mediaLists.ofUser(userNid, page);
  }

  /** A page of the users who have uploaded something, and how many there are in all pages. */
  figures(which: MediaFigures, page: MediaPage<FigureOrder>) {
    return this.#options.storage.mediaLists.figures(which, page);
  }

  /**
   * What the events of a room show, of this server and of others, as `mxc://` URIs.
   * @throws {MatrixError} 404 `M_NOT_FOUND` for a room that is not here.
   */
  async inRoom(roomId: string): Promise<{ readonly local: string[]; readonly remote: string[] }> {
    const { storage, serverName } = this.#options;
    const room = await storage.rooms.byId(roomId);
    if (room === undefined) throw notFound('There is no such room here');
    const local: string[] = [];
    const remote: string[] = [];
    for (const uri of await mediaInRoom(storage, room.nid)) {
      (uri.startsWith(`mxc://${serverName}/`) ? local : remote).push(uri);
    }
    return { local, remote };
  }

  /** Withdraws one media. Nothing happens to what is protected, or not here. */
  async quarantine({ origin, mediaId }: MediaKey, by: string): Promise<number> {
    return this.#withdraw(await this.#options.storage.quarantine.hashesOf(origin, [mediaId]), by);
  }

  /** Withdraws all that a user has uploaded. */
  async quarantineOfUser(userNid: number, by: string): Promise<number> {
    return this.#withdraw(await this.#options.storage.quarantine.hashesOfUser(userNid), by);
  }

  /**
   * Withdraws what the events of a room show, as far as it is here.
   * @throws {MatrixError} as `inRoom`.
   */
  async quarantineInRoom(roomId: string, by: string): Promise<number> {
    const { local, remote } = await this.inRoom(roomId);
    const byOrigin = new Map<string, string[]>();
    for (const uri of [...local, ...remote]) {
      const { serverName = '', mediaId = '' } = parseMxcUri(uri) ?? {};
      const ids = byOrigin.get(serverName);
      if (ids === undefined) byOrigin.set(serverName, [mediaId]);
      else ids.push(mediaId);
    }
    let count = 0;
    for (const [origin, mediaIds] of byOrigin) {
      count += await this.#withdraw(await this.#options.storage.quarantine.hashesOf(origin, mediaIds), by);
    }
    return count;
  }

  /** Gives the content of a media back, under all of its IDs. */
  async release(key: MediaKey): Promise<void> {
    const { storage } = this.#options;
    const media = await storage.media.get(key.origin, key.mediaId);
    if (media?.sha256 === null || media?.sha256 === undefined) return;
    const released = await storage.quarantine.mediaOf([media.sha256], true);
    const unit = new UnitOfWork();
    storage.quarantine.remove(unit, media.sha256);
    for (const one of released) storage.quarantine.addChange(unit, one, false);
    await storage.database.commit(unit);
  }

  /** Sets whether an upload is protected: no quarantine reaches it, and it is not deleted because of its age. */
  async setProtected(mediaId: string, isProtected: boolean): Promise<void> {
    const { storage, serverName } = this.#options;
    const unit = new UnitOfWork();
    storage.quarantine.setProtected(unit, { origin: serverName, mediaId }, isProtected);
    await storage.database.commit(unit);
  }

  /** What was put in quarantine and released, oldest first, after a change; and the newest change there is. */
  async changes(
    after: number,
    limit: number,
  ): Promise<{ readonly changes: QuarantineChange[]; readonly newest: number }> {
    const { quarantine } = this.#options.storage;
    const newest = await quarantine.newestChange();
    return { changes: await quarantine.changesAfter(after, limit), newest };
  }

  /** @returns how many media IDs it concerns. */
  async #withdraw(hashes: readonly string[], by: string): Promise<number> {
    const { storage, clock } = this.#options;
    let count = 0;
    for (let first = 0; first < hashes.length; first += HASHES_AT_ONCE) {
      const some = hashes.slice(first, first + HASHES_AT_ONCE);
      const concerned = await storage.quarantine.mediaOf(some, false);
      const unit = new UnitOfWork();
      for (const hash of some) storage.quarantine.add(unit, hash, by, clock.now());
      for (const one of concerned) storage.quarantine.addChange(unit, one, true);
      await storage.database.commit(unit);
      count += concerned.length;
    }
    return count;
  }
}
