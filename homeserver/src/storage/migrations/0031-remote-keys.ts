import type { Knex } from 'knex';

/** Keys of users of other servers, as those told them last. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('remote_keys', (table) => {
    table.bigInteger('user_nid').primary();
    // JSON.
    table.text('keys').notNullable();
  });
}
