import type { Knex } from 'knex';

/** What pages said of themselves, for a while; an empty preview says that there was nothing. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('url_previews', (table) => {
    table.text('url').notNullable();
    table.text('language').notNullable();
    table.text('preview').notNullable();
    table.bigInteger('expires_ts').notNullable().index();
    table.primary(['url', 'language']);
  });
}
