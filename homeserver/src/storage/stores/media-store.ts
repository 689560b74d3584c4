import type { Database } from '../database/database.ts';
import { defineInsert, defineInsertIgnore, defineQuery, defineUpdate } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

/** What was uploaded; the bytes lie in the blob store under their hash. */
export interface UploadedContent {
  /** As the uploader says. */
  readonly contentType: string;
  readonly uploadName: string | null;
  /** Bytes. */
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** A media ID and what it stands for. */
export interface NewMedia extends Omit<UploadedContent, 'sha256'> {
  readonly origin: string;
  readonly mediaId: string;
  readonly userNid: number | null;
  /** Null while the ID is reserved and nothing was uploaded to it. */
  readonly sha256: string | null;
  readonly createdTs: number;
  /** When a reserved ID lapses; null once it has content. */
  readonly expiresTs: number | null;
}

/** A media ID, what it stands for, and what became of it. */
export interface StoredMedia extends NewMedia {
  /** When it was given out, within an hour; null if never. */
  readonly lastAccessTs: number | null;
  /** 0 or 1: whether no quarantine reaches it, and nothing deletes it because of its age. */
  readonly isProtected: number;
  /** The admin who had its content withdrawn: nobody gets it, under whatever ID. */
  readonly quarantinedBy: string | null;
}

/** What a thumbnail was made from, and how. */
export interface ThumbnailKey {
  readonly sourceSha256: string;
  readonly width: number;
  readonly height: number;
  readonly method: string;
}

/** A thumbnail: content of its own in the blob store. */
export interface StoredThumbnail {
  readonly contentType: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
}

const mediaColumns = {
  origin: 'text',
  media_id: 'text',
  user_nid: 'bigint?',
  content_type: 'text',
  upload_name: 'text?',
  size: 'bigint',
  sha256: 'text?',
  created_ts: 'bigint',
  expires_ts: 'bigint?',
} as const;
const insertMedia = defineInsert('media', mediaColumns);
const insertMediaIfNew = defineInsertIgnore('media', mediaColumns);
const setLastAccess = defineUpdate('media', { origin: 'text', media_id: 'text', last_access_ts: 'bigint?' }, [
  'origin',
  'media_id',
]);
const insertUnused = defineInsertIgnore('unused_content', { content_hash: 'text', since_ts: 'bigint' });
const insertThumbnail = defineInsertIgnore('thumbnails', {
  source_sha256: 'text',
  width: 'integer',
  height: 'integer',
  method: 'text',
  content_type: 'text',
  size: 'bigint',
  sha256: 'text',
});

/** Selects `StoredMedia`; goes on with `WHERE`, and `m` for the media. */
export const MEDIA = `SELECT m.origin, m.media_id AS "mediaId", m.user_nid AS "userNid",
    m.content_type AS "contentType", m.upload_name AS "uploadName", m.size, m.sha256, m.created_ts AS "createdTs",
    m.expires_ts AS "expiresTs", m.last_access_ts AS "lastAccessTs", m.protected AS "isProtected",
    CASE WHEN m.protected = 1 THEN NULL ELSE q.quarantined_by END AS "quarantinedBy"
  FROM media m LEFT JOIN quarantined_content q ON q.content_hash = m.sha256`;
const mediaById = defineQuery<[string, string], StoredMedia>(
  `${MEDIA} WHERE m.origin = ? AND m.media_id = ?`,
);
const usage = defineQuery<[number], { files: number; bytes: number }>(
  `SELECT count(*) AS files, CAST(coalesce(sum(size), 0) AS bigint) AS bytes FROM media
   WHERE user_nid = ? AND sha256 IS NOT NULL`,
);
const quarantined = defineQuery<[string], { hash: string }>(
  'SELECT content_hash AS hash FROM quarantined_content WHERE content_hash = ?',
);
const reservedBy = defineQuery<[number, number], { expiresTs: number }>(
  `SELECT expires_ts AS "expiresTs" FROM media
   WHERE user_nid = ? AND sha256 IS NULL AND expires_ts > ? ORDER BY expires_ts`,
);
const thumbnail = defineQuery<[string, number, number, string], StoredThumbnail>(
  `SELECT content_type AS "contentType", size, sha256 FROM thumbnails
   WHERE source_sha256 = ? AND width = ? AND height = ? AND method = ?`,
);

/** Media IDs and thumbnails. */
export class MediaStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** What a media ID stands for, lapsed reservations included. */
  get(origin: string, mediaId: string): Promise<StoredMedia | undefined> {
    return this.#database.get(mediaById, [origin, mediaId]);
  }

  /** Adds a media ID, in a unit. */
  add(unit: UnitOfWork, media: NewMedia): void {
    unit.write(insertMedia, rowOf(media));
  }

  /** Adds a media ID of another server, in a unit; one that is there already stays. */
  addIfNew(unit: UnitOfWork, media: NewMedia): void {
    unit.write(insertMediaIfNew, rowOf(media));
  }

  /** Notes that a media ID was used, in a unit. */
  touch(unit: UnitOfWork, { origin, mediaId }: Pick<StoredMedia, 'origin' | 'mediaId'>, now: number): void {
    unit.write(setLastAccess, { origin, media_id: mediaId, last_access_ts: now });
  }

  /** How much a user has uploaded that is still here, in files and bytes. */
  async usageOf(userNid: number): Promise<{ readonly files: number; readonly bytes: number }> {
    return (await this.#database.get(usage, [userNid])) ?? { files: 0, bytes: 0 };
  }

  /**
   * Makes a unit fail with `ExpectationFailed` if with what it adds the user has more than this. Comes after what adds
   * the media ID.
   */
  requireUsage(
    unit: UnitOfWork,
    { origin, mediaId, userNid }: Pick<StoredMedia, 'origin' | 'mediaId' | 'userNid'>,
    most: { readonly files: number; readonly bytes: number },
  ): void {
    unit.run(
      `UPDATE media SET size = size WHERE origin = ? AND media_id = ? AND (
         SELECT count(*) FROM media WHERE user_nid = ? AND sha256 IS NOT NULL) <= ? AND (
         SELECT coalesce(sum(size), 0) FROM media WHERE user_nid = ? AND sha256 IS NOT NULL) <= ?`,
      [origin, mediaId, userNid, most.files, userNid, most.bytes],
      1,
    );
  }

  /** Whether content was withdrawn by an admin. */
  async isQuarantined(sha256: string): Promise<boolean> {
    return (await this.#database.get(quarantined, [sha256])) !== undefined;
  }

  /** Notes, in a unit, that content in the blob store may be named by nothing any more. */
  noteUnused(unit: UnitOfWork, sha256: string, now: number): void {
    unit.write(insertUnused, { content_hash: sha256, since_ts: now });
  }

  /** When each media ID lapses that the user holds reserved at that time, the earliest first. */
  async reservationsOf(userNid: number, now: number): Promise<number[]> {
    return (await this.#database.all(reservedBy, [userNid, now])).map((row) => row.expiresTs);
  }

  /** Forgets a user's reserved media IDs that have lapsed, in a unit. */
  deleteLapsed(unit: UnitOfWork, userNid: number, now: number): void {
    unit.run('DELETE FROM media WHERE user_nid = ? AND sha256 IS NULL AND expires_ts <= ?', [userNid, now]);
  }

  /**
   * Gives content to a reserved media ID, in a unit, which fails with `ExpectationFailed` if it has content already
   * or has lapsed.
   */
  fill(
    unit: UnitOfWork,
    { origin, mediaId }: Pick<StoredMedia, 'origin' | 'mediaId'>,
    { contentType, uploadName, size, sha256 }: UploadedContent,
    now: number,
  ): void {
    unit.run(
      `UPDATE media SET content_type = ?, upload_name = ?, size = ?, sha256 = ?, expires_ts = NULL
       WHERE origin = ? AND media_id = ? AND sha256 IS NULL AND expires_ts > ?`,
      [contentType, uploadName, size, sha256, origin, mediaId, now],
      1,
    );
    unit.invalidate('uploads', mediaId);
  }

  /** A thumbnail that was made already. */
  getThumbnail(key: ThumbnailKey): Promise<StoredThumbnail | undefined> {
    return this.#database.get(thumbnail, [key.sourceSha256, key.width, key.height, key.method]);
  }

  /** Adds a thumbnail, in a unit; one that is there already stays. */
  addThumbnail(unit: UnitOfWork, key: ThumbnailKey, { contentType, size, sha256 }: StoredThumbnail): void {
    unit.write(insertThumbnail, {
      source_sha256: key.sourceSha256,
      width: key.width,
      height: key.height,
      method: key.method,
      content_type: contentType,
      size,
      sha256,
    });
  }
}

function rowOf(media: NewMedia) {
  return {
    origin: media.origin,
    media_id: media.mediaId,
    user_nid: media.userNid,
    content_type: media.contentType,
    upload_name: media.uploadName,
    size: media.size,
    sha256: media.sha256,
    created_ts: media.createdTs,
    expires_ts: media.expiresTs,
  };
}
