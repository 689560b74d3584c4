import type { Knex } from 'knex';

/** What application services are to be told, and the transaction that each of them is being told. */
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
}
