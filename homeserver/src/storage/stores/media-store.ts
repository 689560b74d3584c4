import type { Database } from '../database/database.ts';
import { defineInsert, defineInsertIgnore, defineQuery } from '../database/sql.ts';
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
export interface StoredMedia extends Omit<UploadedContent, 'sha256'> {
  readonly origin: string;
  readonly mediaId: string;
  readonly userNid: number | null;
  /** Null while the ID is reserved and nothing was uploaded to it. */
  readonly sha256: string | null;
  readonly createdTs: number;
  /** When a reserved ID lapses; null once it has content. */
  readonly expiresTs: number | null;
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

const insertMedia = defineInsert('media', {
  origin: 'text',
  media_id: 'text',
  user_nid: 'bigint?',
  content_type: 'text',
  upload_name: 'text?',
  size: 'bigint',
  sha256: 'text?',
  created_ts: 'bigint',
  expires_ts: 'bigint?',
});
const insertThumbnail = defineInsertIgnore('thumbnails', {
  source_sha256: 'text',
  width: 'integer',
  height: 'integer',
  method: 'text',
  content_type: 'text',
  size: 'bigint',
  sha256: 'text',
});

const mediaById = defineQuery<[string, string], StoredMedia>(
  `SELECT origin, media_id AS "mediaId", user_nid AS "userNid", content_type AS "contentType",
     upload_name AS "uploadName", size, sha256, created_ts AS "createdTs", expires_ts AS "expiresTs"
   FROM media WHERE origin = ? AND media_id = ?`,
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
  add(unit: UnitOfWork, media: StoredMedia): void {
    unit.write(insertMedia, {
      origin: media.origin,
      media_id: media.mediaId,
      user_nid: media.userNid,
      content_type: media.contentType,
      upload_name: media.uploadName,
      size: media.size,
      sha256: media.sha256,
      created_ts: media.createdTs,
      expires_ts: media.expiresTs,
    });
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
