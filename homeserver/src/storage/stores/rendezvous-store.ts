import type { Database } from '../database/database.ts';
import { defineDelete, defineQuery } from '../database/sql.ts';
import { UnitOfWork } from '../database/unit-of-work.ts';

/** A place where two devices of somebody leave messages for each other while one signs the other in. */
export interface Rendezvous {
  readonly id: string;
  /** Base64. */
  readonly content: string;
  readonly contentType: string;
  /** Changes with the content. */
  readonly etag: string;
  /** Milliseconds since the Unix epoch. */
  readonly changedTs: number;
  readonly expiresTs: number;
}

const byId = defineQuery<[string, number], Rendezvous>(
  `SELECT id, content, content_type AS "contentType", etag, changed_ts AS "changedTs", expires_ts AS "expiresTs"
   FROM rendezvous WHERE id = ? AND expires_ts > ?`,
);
const deleteOne = defineDelete('rendezvous', { id: 'text' });

/** Rendezvous of devices, in the database since the two may talk to different processes. */
export class RendezvousStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** One that has not expired. */
  get(id: string, now: number): Promise<Rendezvous | undefined> {
    return this.#database.get(byId, [id, now]);
  }

  /**
   * Opens one, and forgets those that have expired; beyond `most`, those that expire first as well.
   */
  async add(
    { id, content, contentType, etag, changedTs, expiresTs }: Rendezvous,
    most: number,
  ): Promise<void> {
    const unit = new UnitOfWork();
    unit.run('DELETE FROM rendezvous WHERE expires_ts <= ?', [changedTs]);
    unit.run(
      `DELETE FROM rendezvous WHERE id IN
       (SELECT id FROM rendezvous ORDER BY expires_ts DESC, id LIMIT 1000000 OFFSET ?)`,
      [most - 1],
    );
    unit.run(
      `INSERT INTO rendezvous (id, content, content_type, etag, changed_ts, expires_ts) VALUES (?, ?, ?, ?, ?, ?)`,
      [id, content, contentType, etag, changedTs, expiresTs],
    );
    await this.#database.commit(unit);
  }

  /** Replaces the content; fails with `ExpectationFailed` unless it is still that of the etag. */
  async replace(before: Pick<Rendezvous, 'id' | 'etag'>, after: Rendezvous): Promise<void> {
    const unit = new UnitOfWork();
    unit.run(
      'UPDATE rendezvous SET content = ?, content_type = ?, etag = ?, changed_ts = ? WHERE id = ? AND etag = ?',
      [after.content, after.contentType, after.etag, after.changedTs, before.id, before.etag],
      1,
    );
    await this.#database.commit(unit);
  }

  /** Deletes one, if it is there. */
  async delete(id: string): Promise<void> {
    await this.#database.commit(new UnitOfWork().write(deleteOne, { id }));
  }
}
