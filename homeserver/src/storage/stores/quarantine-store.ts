import type { Database } from '../database/database.ts';
import { defineInsert, defineInsertIgnore, defineQuery, defineUpdate } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';
import type { StoredMedia } from './media-store.ts';

/** A media ID. */
export type MediaKey = Pick<StoredMedia, 'origin' | 'mediaId'>;

/** A media ID whose content was withdrawn or given back. */
export interface QuarantineChange extends MediaKey {
  readonly changeId: number;
  /** 0 or 1. */
  readonly quarantined: number;
}

const insertQuarantined = defineInsertIgnore('quarantined_content', {
  content_hash: 'text',
  quarantined_by: 'text',
  created_ts: 'bigint',
});
const insertChange = defineInsert('quarantine_changes', {
  origin: 'text',
  media_id: 'text',
  quarantined: 'integer',
});
const setProtected = defineUpdate('media', { origin: 'text', media_id: 'text', protected: 'integer' }, [
  'origin',
  'media_id',
]);

const UNPROTECTED = 'm.sha256 IS NOT NULL AND m.protected = 0';
const hashesOfUser = defineQuery<[number], { hash: string }>(
  `SELECT DISTINCT m.sha256 AS hash FROM media m WHERE m.user_nid = ? AND ${UNPROTECTED}`,
);
const hashesOfIds = defineQuery<[string, string[]], { hash: string }>(
  `SELECT DISTINCT m.sha256 AS hash FROM media m
   WHERE m.origin = ? AND m.media_id = ANY(?:text[]) AND ${UNPROTECTED}`,
);
const mediaOfHashes = defineQuery<[string[], number], MediaKey>(
  `SELECT m.origin, m.media_id AS "mediaId"
   FROM media m LEFT JOIN quarantined_content q ON q.content_hash = m.sha256
   WHERE m.sha256 = ANY(?:text[]) AND m.protected = 0
     AND CASE WHEN q.content_hash IS NULL THEN 0 ELSE 1 END = ?`,
);
const changesAfter = defineQuery<[number, number], QuarantineChange>(
  `SELECT change_id AS "changeId", origin, media_id AS "mediaId", quarantined FROM quarantine_changes
   WHERE change_id > ? ORDER BY change_id LIMIT ?`,
);
const newestChange = defineQuery<[], { changeId: number }>(
  'SELECT coalesce(max(change_id), 0) AS "changeId" FROM quarantine_changes',
);

/** Content that was withdrawn, by its hash: so it stays away under every media ID, also those of later uploads. */
export class QuarantineStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The hashes of what a user has uploaded, without what is protected. */
  async hashesOfUser(userNid: number): Promise<string[]> {
    return (await this.#database.all(hashesOfUser, [userNid])).map(({ hash }) => hash);
  }

  /** The hashes of media of one server, without what is protected. */
  async hashesOf(origin: string, mediaIds: readonly string[]): Promise<string[]> {
    return (await this.#database.all(hashesOfIds, [origin, [...mediaIds]])).map(({ hash }) => hash);
  }

  /** The media IDs that stand for this content, are not protected, and are in quarantine or not. */
  mediaOf(hashes: readonly string[], inQuarantine: boolean): Promise<MediaKey[]> {
    return this.#database.all(mediaOfHashes, [[...hashes], inQuarantine ? 1 : 0]);
  }

  /** Withdraws content, in a unit. */
  add(unit: UnitOfWork, hash: string, by: string, now: number): void {
    unit.write(insertQuarantined, { content_hash: hash, quarantined_by: by, created_ts: now });
  }

  /** Gives content back, in a unit. */
  remove(unit: UnitOfWork, hash: string): void {
    unit.run('DELETE FROM quarantined_content WHERE content_hash = ?', [hash]);
  }

  /** Notes, in a unit, what became of a media ID. */
  addChange(unit: UnitOfWork, { origin, mediaId }: MediaKey, isQuarantined: boolean): void {
    unit.write(insertChange, { origin, media_id: mediaId, quarantined: isQuarantined ? 1 : 0 });
  }

  /** What became of media IDs, oldest first. */
  changesAfter(changeId: number, limit: number): Promise<QuarantineChange[]> {
    return this.#database.all(changesAfter, [changeId, limit]);
  }

  /** The number of the newest change; 0 if there is none. */
  async newestChange(): Promise<number> {
    return (await this.#database.get(newestChange, []))?.changeId ?? 0;
  }

  /** Sets, in a unit, whether a media ID is protected. */
  setProtected(unit: UnitOfWork, { origin, mediaId }: MediaKey, isProtected: boolean): void {
    unit.write(setProtected, { origin, media_id: mediaId, protected: isProtected ? 1 : 0 });
  }
}
