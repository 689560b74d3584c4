import type { Knex } from 'knex';

/** Events that are to be sent later, unless their sender says otherwise; kept for a while when that is over. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('delayed_events', (table) => {
    table.text('delay_id').primary();
    table.bigInteger('user_nid').notNullable();
    table.bigInteger('room_nid').notNullable().index();
    table.text('type').notNullable();
    // Null for an event that is no state.
    table.text('state_key');
    table.text('content').notNullable();
    table.bigInteger('delay_ms').notNullable();
    table.bigInteger('running_since').notNullable();
    // The log's newest position when it was asked for.
    table.bigInteger('asked_at').notNullable();
    // The client's transaction: a request that is repeated asks for nothing new.
    table.text('request').unique();
    // Null until it is decided what becomes of it; `sending` while it is sent.
    table.text('outcome');
    table.text('reason');
    table.text('error');
    table.text('event_id');
    table.bigInteger('finished_ts');
    table.index(['user_nid', 'finished_ts']);
  });
}
