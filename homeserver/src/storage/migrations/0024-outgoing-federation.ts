import type { Knex } from 'knex';

/** What is to be sent to other servers, and how far that has come. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('outgoing_rooms', (table) => {
    table.text('server').notNullable();
    table.bigInteger('room_nid').notNullable();
    // Positions of the log: where reading for this server goes on, and the newest event for it.
    table.bigInteger('first').notNullable();
    table.bigInteger('last').notNullable();
    table.primary(['server', 'room_nid']);
    table.index(['room_nid']);
  });
  await knex.raw('CREATE INDEX outgoing_rooms_waiting ON outgoing_rooms (server, first) WHERE first <= last');
  await knex.schema.createTable('outgoing_messages', (table) => {
    table.text('server').notNullable();
    // What replaces an older message has the same.
    table.text('key').notNullable();
    table.bigInteger('ts').notNullable();
    table.text('edu').notNullable();
    table.primary(['server', 'key']);
    table.index(['server', 'ts']);
  });
}
