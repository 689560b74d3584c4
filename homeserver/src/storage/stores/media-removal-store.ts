import type { Database } from '../database/database.ts';
import { defineDelete, defineInsertIgnore, defineQuery, type Query } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';
import { MEDIA, type StoredMedia } from './media-store.ts';

/** What is meant: uploads of users, copies of other servers' media, pictures of previews. */
export type MediaSort = 'local' | 'remote' | 'preview';

/** Media that were not used for long, and are neither in quarantine nor protected. */
export interface OldMedia {
  readonly sort: MediaSort;
  /** The name of this server. */
  readonly serverName: string;
  /** Used, or uploaded if never used, before this time. */
  readonly beforeTs: number;
  /** Larger than so many bytes. */
  readonly largerThan: number;
}

/** Where a page of old media ended. */
export interface OldMediaCursor {
  readonly usedTs: number;
  readonly mediaId: string;
}

/** Old media, and when they were used. */
export type OldMediaRow = StoredMedia & { readonly usedTs: number };

const USED = 'coalesce(m.last_access_ts, m.created_ts)';
const SORTS: Readonly<Record<MediaSort, string>> = {
  local: 'm.origin = ? AND m.user_nid IS NOT NULL',
  remote: 'm.origin <> ?',
  // What the server itself has fetched belongs to nobody.
  preview: 'm.origin = ? AND m.user_nid IS NULL',
};
const oldMedia = (sort: MediaSort) =>
  defineQuery<[string, number, number, number, number, string, number], OldMediaRow>(
    `SELECT found.*, coalesce("lastAccessTs", "createdTs") AS "usedTs" FROM (
       ${MEDIA} WHERE ${SORTS[sort]} AND m.sha256 IS NOT NULL AND ${USED} < ? AND m.size > ?
         AND (${USED} > ? OR (${USED} = ? AND m.media_id > ?))
         AND m.protected = 0 AND q.content_hash IS NULL
       ORDER BY ${USED}, m.media_id LIMIT ?
     ) AS found`,
  );
const OLD_MEDIA = { local: oldMedia('local'), remote: oldMedia('remote'), preview: oldMedia('preview') };

const deleteMedia = defineDelete('media', { origin: 'text', media_id: 'text' });
const deleteUnused = defineDelete('unused_content', { content_hash: 'text' });
const deleteThumbnails = defineDelete('thumbnails', { source_sha256: 'text' });
const insertUnused = defineInsertIgnore('unused_content', { content_hash: 'text', since_ts: 'bigint' });
const unusedBefore = defineQuery<[number, string, number], { hash: string }>(
  `SELECT content_hash AS hash FROM unused_content WHERE since_ts < ? AND content_hash > ?
   ORDER BY content_hash LIMIT ?`,
);
const uses = defineQuery<[string, string], { count: number }>(
  `SELECT (SELECT count(*) FROM media WHERE sha256 = ?) + (SELECT count(*) FROM thumbnails WHERE sha256 = ?) AS count`,
);
const thumbnailsOf = defineQuery<[string], { hash: string }>(
  'SELECT sha256 AS hash FROM thumbnails WHERE source_sha256 = ?',
);

type TextRow = { at: number; text: string };
const profilesWithMedia = defineQuery<[number, number], TextRow>(
  `SELECT user_nid AS at, fields AS text FROM profiles WHERE user_nid > ? AND fields LIKE '%mxc://%'
   ORDER BY user_nid LIMIT ?`,
);
const roomStates = defineQuery<[number, number], TextRow>(
  `SELECT rooms.nid AS at, blocks AS text FROM rooms JOIN state_snapshots s ON s.nid = snapshot_nid
   WHERE rooms.nid > ? ORDER BY rooms.nid LIMIT ?`,
);
const stateWithMedia = defineQuery<[number[]], { text: string }>(
  `SELECT json AS text FROM state_blocks JOIN events ON nid = event_nid
   WHERE block_nid = ANY(?:bigint[]) AND state_blocks.type_nid <> (
     SELECT coalesce(max(nid), 0) FROM strings WHERE value = 'm.room.member') AND json LIKE '%mxc://%'`,
);
const ROWS_AT_ONCE = 200;

/** Deletes media, and finds out which content nothing names any more. */
export class MediaRemovalStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Media that were not used for long, those that were used least recently first, from a cursor on. */
  old(which: OldMedia, after: OldMediaCursor | undefined, limit: number): Promise<OldMediaRow[]> {
    const { sort, serverName, beforeTs, largerThan } = which;
    const { usedTs, mediaId } = after ?? { usedTs: -1, mediaId: '' };
    const params = [serverName, beforeTs, largerThan, usedTs, usedTs, mediaId, limit] as const;
    return this.#database.all(OLD_MEDIA[sort], [...params]);
  }

  /** Deletes a media ID, in a unit. Its content goes later, if nothing else names it. */
  delete(
    unit: UnitOfWork,
    { origin, mediaId, sha256 }: Pick<StoredMedia, 'origin' | 'mediaId' | 'sha256'>,
    now: number,
  ): void {
    if (sha256 !== null) unit.write(insertUnused, { content_hash: sha256, since_ts: now });
    unit.write(deleteMedia, { origin, media_id: mediaId });
  }

  /** Hashes of content that may be named by nothing since before a time, from one on. */
  async unused(beforeTs: number, after: string, limit: number): Promise<string[]> {
    const rows = await this.#database.all(unusedBefore, [beforeTs, after, limit]);
    return rows.map(({ hash }) => hash);
  }

  /** Whether a media ID or a thumbnail names this content. */
  async isUsed(hash: string): Promise<boolean> {
    return ((await this.#database.get(uses, [hash, hash]))?.count ?? 0) > 0;
  }

  /** Forgets the thumbnails of content that is gone, in a unit; their own content goes later. */
  async deleteThumbnails(unit: UnitOfWork, hash: string, now: number): Promise<void> {
    for (const made of await this.#database.all(thumbnailsOf, [hash])) {
      unit.write(insertUnused, { content_hash: made.hash, since_ts: now });
    }
    unit.write(deleteThumbnails, { source_sha256: hash });
  }

  /** Strikes content off the list, in a unit: it is deleted, or named again. */
  settle(unit: UnitOfWork, hash: string): void {
    unit.write(deleteUnused, { content_hash: hash });
  }

  /**
   * What stands in profiles and in the current state of rooms and may name media: pictures, emoji and the like, as JSON.
   * What only members' events say stands in the profiles as well, and state that was replaced a moment ago may be told too.
   */
  async *textsWithPictures(): AsyncGenerator<readonly string[]> {
    for await (const profiles of this.#pages(profilesWithMedia)) yield profiles.map(({ text }) => text);
    for await (const states of this.#pages(roomStates)) {
      const blocks = states.flatMap(({ text }) => JSON.parse(text) as number[]).filter((nid) => nid !== 0);
      yield (await this.#database.all(stateWithMedia, [blocks])).map(({ text }) => text);
    }
  }

  async *#pages(query: Query<[number, number], TextRow>): AsyncGenerator<TextRow[]> {
    for (let after = 0; ; ) {
      const rows = await this.#database.all(query, [after, ROWS_AT_ONCE]);
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows;
      after = last.at;
    }
  }
}
