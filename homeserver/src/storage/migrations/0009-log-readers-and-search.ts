import type { Knex } from 'knex';

/** How far readers of the log have come, and the words of messages that people search for. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('log_readers', (table) => {
    table.text('name').primary();
    table.bigInteger('position').notNullable();
  });
  if (knex.client.config.client === 'pg') await createForPostgres(knex);
  else await createForSqlite(knex);
}

/** Both have a row for each event, by the event's nid: which room it is in, and its words, separated by spaces. */
async function createForPostgres(knex: Knex): Promise<void> {
  await knex.schema.createTable('search_index', (table) => {
    table.bigInteger('rowid').primary();
    table.text('room').notNullable();
    table.text('words').notNullable();
  });
  await knex.schema.raw(
    `CREATE INDEX search_index_words ON search_index
     USING gin (array_to_tsvector(string_to_array(room || ' ' || words, ' ')))`,
  );
}

async function createForSqlite(knex: Knex): Promise<void> {
  // The words themselves are not kept a second time, only where they occur.
  await knex.schema.raw(
    `CREATE VIRTUAL TABLE search_index USING fts5 (room, words, content = '', contentless_delete = 1,
       tokenize = "unicode61 remove_diacritics 0 tokenchars '#'")`,
  );
}
