import type { Knex } from 'knex';

/** Where users want to be told of what notifies them, and what is still to be told. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('pushers', (table) => {
    table.bigInteger('user_nid').notNullable();
    table.text('app_id').notNullable();
    table.text('pushkey').notNullable();
    table.text('kind').notNullable();
    table.text('device_id').notNullable();
    // JSON: what the client has given for people to read, and for the gateway.
    table.text('description').notNullable();
    table.text('data').notNullable();
    table.smallint('enabled').notNullable();
    table.bigInteger('created_ts').notNullable();
    // In the log: everything up to here was pushed.
    table.bigInteger('last_position').notNullable();
    table.bigInteger('last_badge').notNullable();
    table.primary(['user_nid', 'app_id', 'pushkey']);
    table.index(['app_id', 'pushkey']);
  });
  await knex.schema.createTable('pending_pushes', (table) => {
    table.bigInteger('user_nid').notNullable();
    table.bigInteger('position').notNullable();
    table.bigInteger('event_nid').notNullable().index();
    table.primary(['user_nid', 'position']);
  });
}
