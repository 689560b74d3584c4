import type { Knex } from 'knex';

/** What application services are to be told, the transaction that each is being told, and the rooms of networks. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('app_service_news', (table) => {
    table.text('service_id').notNullable();
    table.text('kind').notNullable();
    table.text('key').notNullable();
    table.bigInteger('position').notNullable();
    table.primary(['service_id', 'kind', 'key']);
    table.index(['service_id', 'position']);
  });
  await knex.schema.createTable('app_service_transactions', (table) => {
    table.text('service_id').primary();
    table.bigInteger('number').notNullable();
    // JSON, as it is sent; null between transactions.
    table.text('body');
    // JSON: the news that are in it.
    table.text('news').notNullable();
    table.bigInteger('failures').notNullable();
    table.bigInteger('retry_at').notNullable();
  });
  await knex.schema.createTable('room_networks', (table) => {
    table.bigInteger('room_nid').notNullable();
    table.text('service_id').notNullable();
    table.text('network_id').notNullable();
    table.primary(['service_id', 'network_id', 'room_nid']);
    table.index(['room_nid']);
  });
}
