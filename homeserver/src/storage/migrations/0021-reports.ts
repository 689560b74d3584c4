import type { Knex } from 'knex';

/** What users have told the admins of: events, rooms, people. Named by their IDs, since a report outlives a room. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('reports', (table) => {
    table.bigIncrements('report_id');
    table.text('subject').notNullable();
    table.text('reporter').notNullable();
    table.text('room_id');
    table.text('event_id');
    table.text('user_id');
    table.text('reason').notNullable();
    table.bigInteger('created_ts').notNullable();
    table.index(['subject', 'report_id']);
  });
}
