import type { Database } from '../database/database.ts';
import { defineInsert, defineQuery } from '../database/sql.ts';
import { UnitOfWork } from '../database/unit-of-work.ts';

/** An invite link to a guild. */
export interface GuildInviteRow {
  readonly code: string;
  readonly guildNid: number;
  readonly inviterNid: number;
  readonly createdTs: number;
  readonly uses: number;
}

const insertInvite = defineInsert('guild_invites', {
  code: 'text',
  guild_nid: 'bigint',
  inviter_nid: 'bigint',
  created_ts: 'bigint',
  uses: 'bigint',
});
const byCode = defineQuery<[string], GuildInviteRow>(
  `SELECT code, guild_nid AS "guildNid", inviter_nid AS "inviterNid", created_ts AS "createdTs", uses
   FROM guild_invites WHERE code = ?`,
);

/** Invite links. */
export class GuildInviteStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Stores a new link. */
  async add(invite: GuildInviteRow): Promise<void> {
    const unit = new UnitOfWork();
    unit.write(insertInvite, {
      code: invite.code,
      guild_nid: invite.guildNid,
      inviter_nid: invite.inviterNid,
      created_ts: invite.createdTs,
      uses: invite.uses,
    });
    await this.#database.commit(unit);
  }

  /** The link with this code. */
  byCode(code: string): Promise<GuildInviteRow | undefined> {
    return this.#database.get(byCode, [code]);
  }

  /** Counts a use. */
  async countUse(code: string): Promise<void> {
    await this.#database.commit(
      new UnitOfWork().run('UPDATE guild_invites SET uses = uses + 1 WHERE code = ?', [code]),
    );
  }
}
