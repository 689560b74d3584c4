import type { Knex } from 'knex';

/**
 * Where events of a room's timeline are missing: before the event with this number. Of the positions that were left free
 * for them in the log, `filled` have an event by now, the highest ones.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('history_gaps', (table) => {
    table.bigInteger('event_nid').primary();
    table.bigInteger('room_nid').notNullable().index();
    table.bigInteger('filled').notNullable();
    table.integer('failures').notNullable();
    // Milliseconds since 1970.
    table.bigInteger('retry_ts').notNullable();
  });
}
