import type { Knex } from 'knex';

/**
 * Which events refer to which others. Parents are named by their ID, since an event may come before its parent; an
 * event that was redacted refers to nothing any more and has no row.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('event_relations', (table) => {
    table.bigInteger('event_nid').primary();
    table.bigInteger('room_nid').notNullable();
    table.text('parent_id').notNullable();
    table.text('rel_type').notNullable();
    table.text('aggregation_key');
    table.index(['parent_id', 'rel_type', 'event_nid']);
  });
  await knex.schema.raw(
    "CREATE INDEX event_relations_in_threads ON event_relations (room_nid, parent_id, event_nid) WHERE rel_type = 'm.thread'",
  );
}
