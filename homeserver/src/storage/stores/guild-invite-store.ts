import type { Database } from '../database/database.ts';
import { defineDelete, defineInsert, defineQuery } from '../database/sql.ts';
import { ExpectationFailed, UnitOfWork } from '../database/unit-of-work.ts';

/** An invite link to a guild; times are in milliseconds since the Unix epoch. */
export interface GuildInviteRow {
  readonly code: string;
  readonly guildNid: number;
  readonly inviterNid: number;
  readonly createdTs: number;
  readonly uses: number;
  /** Until when it holds; null for ever. */
  readonly expiresTs: number | null;
  /** How often it can be used; null for any number of times. */
  readonly maxUses: number | null;
}

const insertInvite = defineInsert('guild_invites', {
  code: 'text',
  guild_nid: 'bigint',
  inviter_nid: 'bigint',
  created_ts: 'bigint',
  uses: 'bigint',
  expires_ts: 'bigint?',
  max_uses: 'bigint?',
});
const COLUMNS = `code, guild_nid AS "guildNid", inviter_nid AS "inviterNid", created_ts AS "createdTs", uses,
  expires_ts AS "expiresTs", max_uses AS "maxUses"`;
const byCode = defineQuery<[string], GuildInviteRow>(`SELECT ${COLUMNS} FROM guild_invites WHERE code = ?`);
const ofGuild = defineQuery<[number], GuildInviteRow>(
  `SELECT ${COLUMNS} FROM guild_invites WHERE guild_nid = ? ORDER BY created_ts DESC, code`,
);
const deleteOfGuild = defineDelete('guild_invites', { guild_nid: 'bigint' });
const deleteByCode = defineDelete('guild_invites', { code: 'text' });

/** Invite links. */
export class GuildInviteStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Stores a new link, and forgets those of its guild that had expired before `forgottenBefore`, and those made before it
   * that are used up.
   */
  async add(invite: GuildInviteRow, forgottenBefore: number): Promise<void> {
    const unit = new UnitOfWork();
    unit.run(
      `DELETE FROM guild_invites
       WHERE guild_nid = ? AND (expires_ts < ? OR (uses >= max_uses AND created_ts < ?))`,
      [invite.guildNid, forgottenBefore, forgottenBefore],
    );
    unit.write(insertInvite, {
      code: invite.code,
      guild_nid: invite.guildNid,
      inviter_nid: invite.inviterNid,
      created_ts: invite.createdTs,
      uses: invite.uses,
      expires_ts: invite.expiresTs,
      max_uses: invite.maxUses,
    });
    await this.#database.commit(unit);
  }

  /** The link with this code. */
  byCode(code: string): Promise<GuildInviteRow | undefined> {
    return this.#database.get(byCode, [code]);
  }

  /** The links to a guild, the newest first, those that are over among them. */
  ofGuild(guildNid: number): Promise<GuildInviteRow[]> {
    return this.#database.all(ofGuild, [guildNid]);
  }

  /** Takes a link back; without an effect where there is none. */
  async remove(code: string): Promise<void> {
    await this.#database.commit(new UnitOfWork().write(deleteByCode, { code }));
  }

  /** Takes all links to a guild back, in a unit. */
  removeAll(unit: UnitOfWork, guildNid: number): void {
    unit.write(deleteOfGuild, { guild_nid: guildNid });
  }

  /** Counts a use; false if the link was used as often as it can be, or is gone. */
  async takeUse(code: string): Promise<boolean> {
    const counted = `UPDATE guild_invites SET uses = uses + 1
      WHERE code = ? AND (max_uses IS NULL OR uses < max_uses)`;
    try {
      await this.#database.commit(new UnitOfWork().run(counted, [code], 1));
      return true;
    } catch (error) {
      if (error instanceof ExpectationFailed) return false;
      throw error;
    }
  }

  /** Takes a counted use back: it came to nothing. */
  async giveUseBack(code: string): Promise<void> {
    await this.#database.commit(
      new UnitOfWork().run('UPDATE guild_invites SET uses = uses - 1 WHERE code = ? AND uses > 0', [code]),
    );
  }
}
