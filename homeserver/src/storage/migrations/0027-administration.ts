import type { Knex } from 'knex';

/** What admins list rooms by, limits of single users, notices from the server, and mails about what was missed. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('room_details', (table) => {
    table.bigInteger('room_nid').primary();
    // The number of the state that the rest was read from: no link, that state may be gone.
    table.bigInteger('described').notNullable();
    table.text('name');
    table.text('canonical_alias');
    table.bigInteger('joined_members').notNullable();
    table.bigInteger('joined_local_members').notNullable();
    table.text('creator').notNullable();
    table.text('encryption');
    table.smallint('federatable').notNullable();
    table.text('join_rules');
    table.text('guest_access');
    table.text('history_visibility');
    table.bigInteger('state_events').notNullable();
  });
  await knex.schema.createTable('user_rate_limits', (table) => {
    table.bigInteger('user_nid').primary();
    table.bigInteger('messages_per_second').notNullable();
    table.bigInteger('burst_count').notNullable();
  });
  await knex.schema.createTable('notice_rooms', (table) => {
    table.bigInteger('user_nid').primary();
    table.bigInteger('room_nid').notNullable().index();
  });
  await knex.schema.createTable('mail_pauses', (table) => {
    table.bigInteger('user_nid').notNullable();
    table.bigInteger('room_nid').notNullable().index();
    table.bigInteger('sent_ts').notNullable();
    table.bigInteger('pause_ms').notNullable();
    table.primary(['user_nid', 'room_nid']);
  });
}
