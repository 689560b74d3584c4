import type { Knex } from 'knex';

/**
 * What does not come in order from other servers: rooms whose state is not all here yet: who else is in them and whom to ask for the rest, and the events that were
 * placed on what there is.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('partial_rooms', (table) => {
    table.bigInteger('room_nid').primary();
    table.bigInteger('join_nid').notNullable();
    table.text('servers').notNullable();
  });
  await knex.schema.createTable('partial_events', (table) => {
    table.bigInteger('event_nid').primary();
    table.bigInteger('room_nid').notNullable().index();
  });
  // Redactions that came before what they redact.
  await knex.schema.createTable('waiting_redactions', (table) => {
    table.bigInteger('event_nid').primary();
    table.bigInteger('room_nid').notNullable().index();
    table.text('target_id').notNullable().index();
  });
  // Events without a place, and what they follow that has none either.
  await knex.schema.createTable('waiting_events', (table) => {
    table.bigInteger('event_nid').notNullable();
    table.bigInteger('room_nid').notNullable().index();
    table.text('previous_id').notNullable().index();
    table.primary(['event_nid', 'previous_id']);
  });
  // How far a state event is above the beginning of its room, along `auth_events`.
  await knex.schema.createTable('auth_heights', (table) => {
    table.bigInteger('event_nid').primary();
    table.bigInteger('room_nid').notNullable();
    table.integer('height').notNullable();
    table.index(['room_nid', 'height']);
  });
}
