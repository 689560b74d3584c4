import type { Knex } from 'knex';
import { searchWords } from '../../base/search-words.ts';

/** Guests, restricted and erased users, sessions that are refreshed, mail addresses, and the user directory. */
export async function up(knex: Knex): Promise<void> {
  await extendFirstSchema(knex);
  await createTokens(knex);
  await createThirdPartyIds(knex);
  await createUserDirectory(knex);
}

async function extendFirstSchema(knex: Knex): Promise<void> {
  await knex.schema.alterTable('users', (table) => {
    for (const flag of ['guest', 'locked', 'suspended', 'erased']) {
      table.smallint(flag).notNullable().defaultTo(0);
    }
    table.text('accepted_policies');
  });
  // Null: the session has no refresh token.
  await knex.schema.alterTable('access_tokens', (table) => {
    table.bigInteger('generation');
  });
  // Whether anybody may join or read: who is in such a room can be found by everybody.
  await knex.schema.alterTable('rooms', (table) => {
    table.smallint('open').notNullable().defaultTo(0);
  });
  await knex('rooms').update({ open: knex.ref('listed') });
}

async function createTokens(knex: Knex): Promise<void> {
  await knex.schema.createTable('refresh_tokens', (table) => {
    table.text('token_hash').primary();
    table.bigInteger('user_nid').notNullable();
    table.text('device_id').notNullable();
    table.bigInteger('generation').notNullable();
    table.bigInteger('expires_ts');
    table.index(['user_nid', 'device_id']);
  });
  await knex.schema.createTable('short_tokens', (table) => {
    table.text('token_hash').primary();
    table.text('purpose').notNullable();
    table.bigInteger('user_nid').notNullable().index();
    table.bigInteger('expires_ts').notNullable().index();
  });
  await knex.schema.createTable('auth_stages', (table) => {
    table.text('session_id').notNullable();
    table.text('stage').notNullable();
    table.text('proof').notNullable();
    table.bigInteger('expires_ts').notNullable().index();
    table.primary(['session_id', 'stage']);
  });
}

async function createThirdPartyIds(knex: Knex): Promise<void> {
  await knex.schema.createTable('third_party_ids', (table) => {
    table.text('medium').notNullable();
    table.text('address').notNullable();
    table.bigInteger('user_nid').notNullable().index();
    table.bigInteger('validated_ts').notNullable();
    table.bigInteger('added_ts').notNullable();
    table.primary(['medium', 'address']);
  });
  await knex.schema.createTable('email_validations', (table) => {
    table.text('sid').primary();
    table.text('purpose').notNullable();
    table.text('address').notNullable();
    table.text('client_secret').notNullable();
    table.bigInteger('send_attempt').notNullable();
    table.text('next_link');
    table.bigInteger('expires_ts').notNullable().index();
    table.bigInteger('validated_ts');
    table.unique(['client_secret', 'address', 'purpose']);
  });
}

async function createUserDirectory(knex: Knex): Promise<void> {
  await knex.schema.createTable('user_directory', (table) => {
    table.bigInteger('user_nid').primary();
    table.text('display_name');
    table.text('avatar_url');
  });
  // Words are compared by their bytes, so that all that begin alike are neighbours in the index.
  const collation = knex.client.config.client === 'pg' ? ' COLLATE "C"' : '';
  await knex.schema.raw(`CREATE TABLE user_directory_words (
    word text${collation} NOT NULL, user_nid bigint NOT NULL, PRIMARY KEY (word, user_nid))`);
  await knex.schema.raw('CREATE INDEX user_directory_words_of_user ON user_directory_words (user_nid)');
  await addLocalUsers(knex);
}

async function addLocalUsers(knex: Knex): Promise<void> {
  const users = await knex('users')
    .join('profiles', 'profiles.user_nid', 'users.user_nid')
    .whereNull('deactivated_ts')
    .select('users.user_nid', 'user_id', 'fields');
  for (const { user_nid, user_id, fields } of users) {
    // The server's own users are nobody to talk to.
    if (user_id.startsWith('@_guildhall')) continue;
    const { displayname: display_name = null, avatar_url = null } = JSON.parse(fields);
    await knex('user_directory').insert({ user_nid, display_name, avatar_url });
    const name = user_id.slice(1, user_id.indexOf(':'));
    const words = searchWords(`${name} ${display_name ?? ''}`);
    if (words.length > 0)
      await knex('user_directory_words').insert(words.map((word) => ({ word, user_nid })));
  }
}
