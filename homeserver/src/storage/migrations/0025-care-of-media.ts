import type { Knex } from 'knex';

/** When media were used last, what is quarantined or protected, and content that waits to be deleted. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('media', (table) => {
    table.bigInteger('last_access_ts');
    table.smallint('protected').notNullable().defaultTo(0);
    table.index(['user_nid', 'created_ts']);
  });
  await knex.schema.raw('CREATE INDEX media_by_last_use ON media ((coalesce(last_access_ts, created_ts)))');
  // These hashes are not named `sha256`, since the content need not be there: a backup copies what is named so.
  await knex.schema.createTable('quarantined_content', (table) => {
    table.text('content_hash').primary();
    table.text('quarantined_by').notNullable();
    table.bigInteger('created_ts').notNullable();
  });
  await knex.schema.createTable('quarantine_changes', (table) => {
    table.bigIncrements('change_id');
    table.text('origin').notNullable();
    table.text('media_id').notNullable();
    table.smallint('quarantined').notNullable();
  });
  await knex.schema.createTable('unused_content', (table) => {
    table.text('content_hash').primary();
    table.bigInteger('since_ts').notNullable().index();
  });
}
