import type { Knex } from 'knex';

/**
 * The first schema. Users, event types and state keys share one table of interned strings, so that a user is one
 * integer wherever it appears; times are milliseconds since the epoch; booleans are 0 and 1.
 */
export async function up(knex: Knex): Promise<void> {
  await createBasics(knex);
  await createRooms(knex);
  await createAccounts(knex);
  await createRest(knex);
}

async function createBasics(knex: Knex): Promise<void> {
  await knex.schema.createTable('meta', (table) => {
    table.text('key').primary();
    table.text('value').notNullable();
  });
  await knex.schema.createTable('counters', (table) => {
    table.text('name').primary();
    table.bigInteger('value').notNullable();
  });
  await knex('counters').insert(['event', 'room', 'block', 'snapshot'].map((name) => ({ name, value: 0 })));
  await knex.schema.createTable('signing_keys', (table) => {
    table.text('key_id').primary();
    table.text('private_key').notNullable();
    table.bigInteger('created_ts').notNullable();
    table.bigInteger('expired_ts');
  });
  await knex.schema.createTable('strings', (table) => {
    table.bigIncrements('nid');
    table.text('value').notNullable().unique();
  });
  await knex.schema.createTable('log', (table) => {
    table.bigInteger('position').primary();
    table.smallint('kind').notNullable();
    table.bigInteger('room_nid');
    table.bigInteger('user_nid');
    table.bigInteger('ref');
    table.text('key');
  });
  await knex.schema.raw(
    'CREATE INDEX log_of_room ON log (room_nid, kind, position, ref) WHERE room_nid IS NOT NULL',
  );
  await knex.schema.raw('CREATE INDEX log_of_event ON log (ref) WHERE kind = 1');
  await knex.schema.raw('CREATE INDEX log_of_user ON log (user_nid, position) WHERE user_nid IS NOT NULL');
}

async function createRooms(knex: Knex): Promise<void> {
  await knex.schema.createTable('rooms', (table) => {
    table.bigInteger('nid').primary();
    table.text('room_id').notNullable().unique();
    table.text('room_version').notNullable();
    table.bigInteger('version').notNullable();
    table.text('extremities').notNullable();
    table.bigInteger('depth').notNullable();
    table.bigInteger('snapshot_nid').notNullable();
    table.text('room_type');
    table.smallint('partial_state').notNullable();
    table.smallint('listed').notNullable();
  });
  await knex.schema.createTable('events', (table) => {
    table.bigInteger('nid').primary();
    table.text('event_id').notNullable().unique();
    table.bigInteger('room_nid').notNullable();
    table.bigInteger('type_nid').notNullable();
    table.bigInteger('state_key_nid');
    table.bigInteger('sender_nid').notNullable();
    table.bigInteger('origin_server_ts').notNullable();
    table.bigInteger('snapshot_nid').notNullable();
    table.smallint('status').notNullable();
    table.bigInteger('replaces_nid');
    table.bigInteger('redacted_by');
    table.text('json').notNullable();
  });
  await knex.schema.createTable('state_snapshots', (table) => {
    table.bigInteger('nid').primary();
    table.bigInteger('room_nid').notNullable();
    table.text('blocks').notNullable();
  });
  await knex.schema.raw(`CREATE TABLE state_blocks (
    block_nid bigint NOT NULL, type_nid bigint NOT NULL, state_key_nid bigint NOT NULL, event_nid bigint NOT NULL,
    PRIMARY KEY (block_nid, type_nid, state_key_nid))${clustered(knex)}`);
  await knex.schema.createTable('room_members', (table) => {
    table.bigInteger('room_nid').notNullable();
    table.bigInteger('user_nid').notNullable();
    table.text('membership').notNullable();
    table.bigInteger('event_nid').notNullable();
    table.smallint('forgotten').notNullable();
    table.primary(['room_nid', 'user_nid']);
    table.index(['user_nid', 'membership']);
  });
  await knex.schema.createTable('room_aliases', (table) => {
    table.text('alias').primary();
    table.bigInteger('room_nid').notNullable().index();
    table.bigInteger('creator_nid').notNullable();
  });
  await knex.schema.raw(`CREATE TABLE transactions (
    user_nid bigint NOT NULL, device_id text NOT NULL, request text NOT NULL, event_nid bigint NOT NULL,
    txn_id text NOT NULL, created_ts bigint NOT NULL,
    PRIMARY KEY (user_nid, device_id, request))${clustered(knex)}`);
  await knex.schema.raw('CREATE INDEX transactions_of_event ON transactions (event_nid)');
  await knex.schema.createTable('receipts', (table) => {
    table.bigInteger('room_nid').notNullable();
    table.bigInteger('user_nid').notNullable();
    table.text('receipt_type').notNullable();
    table.text('thread_id').notNullable();
    table.text('event_id').notNullable();
    table.bigInteger('event_position').notNullable();
    table.bigInteger('ts').notNullable();
    table.primary(['room_nid', 'user_nid', 'receipt_type', 'thread_id']);
  });
}

async function createAccounts(knex: Knex): Promise<void> {
  await knex.schema.createTable('users', (table) => {
    table.bigInteger('user_nid').primary();
    table.text('user_id').notNullable().unique();
    table.text('password_hash');
    table.smallint('admin').notNullable();
    table.text('user_type');
    table.bigInteger('created_ts').notNullable();
    table.bigInteger('deactivated_ts');
    table.smallint('leaving_rooms').notNullable();
  });
  await knex.schema.createTable('profiles', (table) => {
    table.bigInteger('user_nid').primary();
    table.text('fields').notNullable();
  });
  await knex.schema.createTable('devices', (table) => {
    table.bigInteger('user_nid').notNullable();
    table.text('device_id').notNullable();
    table.text('display_name');
    table.bigInteger('last_seen_ts');
    table.text('last_seen_ip');
    table.primary(['user_nid', 'device_id']);
  });
  await knex.schema.createTable('access_tokens', (table) => {
    table.text('token_hash').primary();
    table.bigInteger('user_nid').notNullable();
    table.text('device_id').notNullable();
    table.bigInteger('created_ts').notNullable();
    table.bigInteger('expires_ts');
    table.index(['user_nid', 'device_id']);
  });
  await knex.schema.createTable('registration_tokens', (table) => {
    table.text('token').primary();
    table.bigInteger('uses_allowed');
    table.bigInteger('completed').notNullable();
    table.bigInteger('expires_ts');
    table.smallint('makes_admin').notNullable();
  });
  await knex.schema.createTable('account_data', (table) => {
    table.bigInteger('user_nid').notNullable();
    table.bigInteger('room_nid').notNullable();
    table.text('type').notNullable();
    table.text('content').notNullable();
    table.primary(['user_nid', 'room_nid', 'type']);
  });
  await knex.schema.createTable('filters', (table) => {
    table.bigInteger('user_nid').notNullable();
    table.text('filter_id').notNullable();
    table.text('definition').notNullable();
    table.primary(['user_nid', 'filter_id']);
  });
}

async function createRest(knex: Knex): Promise<void> {
  // `sha256` is null while a media ID is reserved and nothing was uploaded to it; `expires_ts` belongs to that state.
  await knex.schema.createTable('media', (table) => {
    table.text('origin').notNullable();
    table.text('media_id').notNullable();
    table.bigInteger('user_nid');
    table.text('content_type').notNullable();
    table.text('upload_name');
    table.bigInteger('size').notNullable();
    table.text('sha256').index();
    table.bigInteger('created_ts').notNullable();
    table.bigInteger('expires_ts');
    table.primary(['origin', 'media_id']);
  });
  await knex.schema.raw('CREATE INDEX media_reserved ON media (user_nid, expires_ts) WHERE sha256 IS NULL');
  await knex.schema.createTable('thumbnails', (table) => {
    table.text('source_sha256').notNullable();
    table.integer('width').notNullable();
    table.integer('height').notNullable();
    table.text('method').notNullable();
    table.text('content_type').notNullable();
    table.bigInteger('size').notNullable();
    table.text('sha256').notNullable().index();
    table.primary(['source_sha256', 'width', 'height', 'method']);
  });
  await knex.schema.createTable('guild_invites', (table) => {
    table.text('code').primary();
    table.bigInteger('guild_nid').notNullable().index();
    table.bigInteger('inviter_nid').notNullable();
    table.bigInteger('created_ts').notNullable();
    table.bigInteger('uses').notNullable();
  });
}

/** Rows that are their own key are stored in it, where the database can. */
function clustered(knex: Knex): string {
  return knex.client.config.client === 'pg' ? '' : ' WITHOUT ROWID';
}
