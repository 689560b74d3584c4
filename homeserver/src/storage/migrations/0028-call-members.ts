import type { Knex } from 'knex';

/** Who was let into a call, by the names that they have on the SFU. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('call_members', (table) => {
    table.text('call').notNullable();
    table.text('identity').notNullable();
    table.bigInteger('room_nid').notNullable();
    table.bigInteger('user_nid').notNullable();
    // Until when they can come (back) with a token that was given out.
    table.bigInteger('until_ts').notNullable();
    table.smallint('seen').notNullable();
    // The delayed event that says that they have left, if this server sends it for them.
    table.text('delay_id');
    table.primary(['call', 'identity']);
    table.index(['room_nid', 'user_nid']);
  });
}
