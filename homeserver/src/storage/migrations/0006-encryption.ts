import type { Knex } from 'knex';

/** Keys of devices and users, key backups, and messages to devices. Keys are kept as the JSON that clients signed. */
export async function up(knex: Knex): Promise<void> {
  await createDeviceKeys(knex);
  await createUserKeys(knex);
  await createBackups(knex);
  await createToDevice(knex);
  await indexLog(knex);
}

async function createDeviceKeys(knex: Knex): Promise<void> {
  await knex.schema.createTable('device_keys', (table) => {
    table.bigInteger('user_nid').notNullable();
    table.text('device_id').notNullable();
    table.text('keys').notNullable();
    table.primary(['user_nid', 'device_id']);
  });
  await knex.schema.createTable('one_time_keys', (table) => {
    table.bigInteger('user_nid').notNullable();
    table.text('device_id').notNullable();
    table.text('algorithm').notNullable();
    table.text('key_id').notNullable();
    table.text('key').notNullable();
    table.bigInteger('created_ts').notNullable();
    table.primary(['user_nid', 'device_id', 'algorithm', 'key_id']);
  });
  await knex.schema.createTable('fallback_keys', (table) => {
    table.bigInteger('user_nid').notNullable();
    table.text('device_id').notNullable();
    table.text('algorithm').notNullable();
    table.text('key_id').notNullable();
    table.text('key').notNullable();
    table.smallint('used').notNullable();
    table.primary(['user_nid', 'device_id', 'algorithm']);
  });
  await knex.schema.createTable('dehydrated_devices', (table) => {
    table.bigInteger('user_nid').primary();
    table.text('device_id').notNullable();
    table.text('device_data').notNullable();
  });
}

async function createUserKeys(knex: Knex): Promise<void> {
  await knex.schema.createTable('cross_signing_keys', (table) => {
    table.bigInteger('user_nid').notNullable();
    table.text('usage').notNullable();
    table.text('key').notNullable();
    table.primary(['user_nid', 'usage']);
  });
  // `target` is a device ID or the public part of a cross-signing key.
  await knex.schema.createTable('key_signatures', (table) => {
    table.bigInteger('target_nid').notNullable();
    table.text('target').notNullable();
    table.bigInteger('signer_nid').notNullable();
    table.text('signer_key_id').notNullable();
    table.text('signature').notNullable();
    table.primary(['target_nid', 'target', 'signer_nid', 'signer_key_id']);
  });
}

async function createBackups(knex: Knex): Promise<void> {
  // A deleted version stays, so that its number is never given again.
  await knex.schema.createTable('key_backup_versions', (table) => {
    table.bigInteger('user_nid').notNullable();
    table.bigInteger('version').notNullable();
    table.text('algorithm').notNullable();
    table.text('auth_data').notNullable();
    table.text('etag').notNullable();
    table.smallint('deleted').notNullable();
    table.primary(['user_nid', 'version']);
  });
  await knex.schema.createTable('key_backup_sessions', (table) => {
    table.bigInteger('user_nid').notNullable();
    table.bigInteger('version').notNullable();
    table.text('room_id').notNullable();
    table.text('session_id').notNullable();
    table.smallint('is_verified').notNullable();
    table.bigInteger('first_message_index').notNullable();
    table.bigInteger('forwarded_count').notNullable();
    table.text('session_data').notNullable();
    table.primary(['user_nid', 'version', 'room_id', 'session_id']);
  });
}

async function createToDevice(knex: Knex): Promise<void> {
  await knex('counters').insert({ name: 'to_device', value: 0 });
  await knex.schema.createTable('to_device_messages', (table) => {
    table.bigInteger('id').primary();
    table.bigInteger('user_nid').notNullable();
    table.text('device_id').notNullable();
    table.text('message').notNullable();
    table.index(['user_nid', 'device_id']);
  });
  await knex.schema.createTable('to_device_transactions', (table) => {
    table.bigInteger('user_nid').notNullable();
    table.text('device_id').notNullable();
    table.text('request').notNullable();
    table.bigInteger('created_ts').notNullable().index();
    table.primary(['user_nid', 'device_id', 'request']);
  });
}

async function indexLog(knex: Knex): Promise<void> {
  const indexes = [
    'log_of_device ON log (user_nid, key, position) WHERE kind = 4',
    'log_of_device_lists ON log (position, user_nid, ref) WHERE kind = 5',
    'log_of_device_list ON log (user_nid, position) WHERE kind = 5',
    // Every column that is read is in it, so that planners prefer it to `log_of_room`.
    `log_of_memberships ON log (room_nid, position, user_nid, kind, ref)
     WHERE kind IN (1, 6) AND user_nid IS NOT NULL`,
  ];
  for (const index of indexes) await knex.schema.raw(`CREATE INDEX ${index}`);
}
