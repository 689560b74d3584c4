import type { Knex } from 'knex';

/** Events that whoever is in the room, or comes, is told of until they expire (MSC4354). */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('sticky_events', (table) => {
    table.bigInteger('event_nid').primary();
    table.bigInteger('room_nid').notNullable();
    table.bigInteger('sender_nid').notNullable();
    table.bigInteger('expires_ts').notNullable();
    table.index(['room_nid', 'expires_ts']);
  });
  await knex.schema.alterTable('delayed_events', (table) => {
    // Null for an event that will not stick.
    table.bigInteger('sticky_ms');
  });
}
