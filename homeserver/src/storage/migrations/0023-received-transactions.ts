import type { Knex } from 'knex';

/** What other servers have sent: transactions that were taken, and events on their way into their rooms. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('received_transactions', (table) => {
    table.text('origin').notNullable();
    table.text('txn_id').notNullable();
    // As it was answered, in JSON: a repetition gets the same.
    table.text('answer').notNullable();
    table.bigInteger('received_ts').notNullable().index();
    table.primary(['origin', 'txn_id']);
  });
  // Named by their IDs, since a room may be deleted while some wait.
  await knex.schema.createTable('staged_events', (table) => {
    table.bigIncrements('staged_id');
    table.text('room_id').notNullable();
    table.text('event_id').notNullable();
    table.text('origin').notNullable();
    table.text('json').notNullable();
    table.unique(['room_id', 'event_id']);
    table.index(['room_id', 'origin']);
  });
}
