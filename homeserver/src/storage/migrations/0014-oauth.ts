import type { Knex } from 'knex';

/** Apps that sign people in through the OAuth server, what they are in the middle of, and other providers' users. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('oauth_clients', (table) => {
    table.text('client_id').primary();
    // JSON, as it was registered.
    table.text('metadata').notNullable();
    // When it was registered or somebody last signed in with it.
    table.bigInteger('used_ts').notNullable().index();
  });
  await knex.schema.createTable('oauth_items', (table) => {
    table.text('kind').notNullable();
    // The SHA-256 of what whoever holds it shows.
    table.text('key_hash').notNullable();
    // Whose it is, where that is known.
    table.bigInteger('user_nid').index();
    table.text('content').notNullable();
    table.bigInteger('expires_ts').notNullable().index();
    table.primary(['kind', 'key_hash']);
  });
  await knex.schema.createTable('upstream_users', (table) => {
    table.text('provider').notNullable();
    table.text('subject').notNullable();
    table.bigInteger('user_nid').notNullable().index();
    table.primary(['provider', 'subject']);
  });
  await knex.schema.createTable('rendezvous', (table) => {
    table.text('id').primary();
    table.text('content').notNullable();
    table.text('content_type').notNullable();
    table.text('etag').notNullable();
    table.bigInteger('changed_ts').notNullable();
    table.bigInteger('expires_ts').notNullable().index();
  });
  // The app that the session was opened for; null for those of `/login` and `/register`.
  await knex.schema.alterTable('devices', (table) => {
    table.text('client_id');
  });
}
