import type { Knex } from 'knex';

/** What is known of other servers: how they can be reached, and their signing keys. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('destinations', (table) => {
    table.text('server_name').primary();
    // All of these are null while the server answers.
    table.bigInteger('failing_since_ts');
    table.bigInteger('failed_ts');
    table.bigInteger('retry_ts');
    table.text('reason');
    table.index(['retry_ts']);
  });
  await knex.schema.createTable('server_keys', (table) => {
    table.text('server_name').notNullable();
    table.text('key_id').notNullable();
    table.text('public_key').notNullable();
    table.bigInteger('valid_until_ts').notNullable();
    table.primary(['server_name', 'key_id']);
  });
  await knex.schema.createTable('server_key_documents', (table) => {
    table.text('server_name').primary();
    table.text('document').notNullable();
    table.bigInteger('valid_until_ts').notNullable();
    table.bigInteger('fetched_ts').notNullable();
  });
}
