import type { Database } from '../database/database.ts';
import { defineDelete, defineQuery, defineUpsert } from '../database/sql.ts';
import { UnitOfWork } from '../database/unit-of-work.ts';

/** A stage of user-interactive authentication that was completed, with what its check returned. */
export interface CompletedStage {
  readonly stage: string;
  readonly proof: string;
}

const upsert = defineUpsert(
  'auth_stages',
  { session_id: 'text', stage: 'text', proof: 'text', expires_ts: 'bigint' },
  ['session_id', 'stage'],
);
const deleteStage = defineDelete('auth_stages', { session_id: 'text', stage: 'text' });
const deleteSession = defineDelete('auth_stages', { session_id: 'text' });
const stagesOf = defineQuery<[string], CompletedStage>(
  'SELECT stage, proof FROM auth_stages WHERE session_id = ? ORDER BY stage',
);

/** What has been shown in user-interactive authentication that is not at its end yet. */
export class AuthStageStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The completed stages of a session. */
  of(sessionId: string): Promise<CompletedStage[]> {
    return this.#database.all(stagesOf, [sessionId]);
  }

  /** Notes a completed stage, and forgets the sessions that have expired. */
  async complete(
    sessionId: string,
    { stage, proof }: CompletedStage,
    expiresTs: number,
    now: number,
  ): Promise<void> {
    const unit = new UnitOfWork();
    unit.write(upsert, { session_id: sessionId, stage, proof, expires_ts: expiresTs });
    unit.run('DELETE FROM auth_stages WHERE expires_ts <= ?', [now]);
    await this.#database.commit(unit);
  }

  /** Takes a stage back. */
  async revoke(sessionId: string, stage: string): Promise<void> {
    await this.#database.commit(new UnitOfWork().write(deleteStage, { session_id: sessionId, stage }));
  }

  /** Ends a session. */
  async end(sessionId: string): Promise<void> {
    await this.#database.commit(new UnitOfWork().write(deleteSession, { session_id: sessionId }));
  }
}
