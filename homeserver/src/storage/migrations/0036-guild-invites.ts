import type { Knex } from 'knex';

/** Until when an invite link holds and how often it can be used; null for ever and for any number of times. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('guild_invites', (table) => {
    table.bigInteger('expires_ts');
    table.bigInteger('max_uses');
  });
}
