import type { Knex } from 'knex';

/** Work that outlives the request which asked for it, rooms that nobody may enter, and what finding a room's rows takes. */
export async function up(knex: Knex): Promise<void> {
  await createJobs(knex);
  await moveDeactivationsToJobs(knex);
  // Rooms that are gone for everybody, while their rows are being deleted.
  await knex.schema.createTable('purged_rooms', (table) => {
    table.bigInteger('nid').primary();
    table.text('room_id').notNullable().unique();
  });
  // Of the timeline, only what is after this position is here for sure.
  await knex.schema.alterTable('rooms', (table) => {
    table.bigInteger('purged_until').notNullable().defaultTo(0);
  });
  await knex.schema.createTable('blocked_rooms', (table) => {
    table.text('room_id').primary();
    table.bigInteger('user_nid').notNullable();
    table.bigInteger('created_ts').notNullable();
  });
  await knex.schema.raw('CREATE INDEX events_off_timeline ON events (room_nid, nid) WHERE status <> 0');
  await knex.schema.raw('CREATE INDEX state_snapshots_of_room ON state_snapshots (room_nid, nid)');
  await knex.schema.raw('CREATE INDEX account_data_of_room ON account_data (room_nid) WHERE room_nid <> 0');
}

async function createJobs(knex: Knex): Promise<void> {
  await knex.schema.createTable('jobs', (table) => {
    table.text('kind').notNullable();
    table.text('key').notNullable();
    table.text('job_id').notNullable().unique();
    table.text('payload').notNullable();
    table.bigInteger('run_at').notNullable().index();
    table.integer('attempts').notNullable();
    table.text('claimed_by');
    // 0 while nobody has it.
    table.bigInteger('claimed_until').notNullable().defaultTo(0);
    table.primary(['kind', 'key']);
  });
  await knex.schema.createTable('job_outcomes', (table) => {
    table.text('job_id').primary();
    table.text('kind').notNullable();
    table.text('key').notNullable();
    table.text('payload').notNullable();
    table.text('error');
    table.bigInteger('finished_ts').notNullable().index();
    table.index(['kind', 'key']);
  });
}

/** Whoever still had rooms to leave has a job for it now. */
async function moveDeactivationsToJobs(knex: Knex): Promise<void> {
  await knex.schema.raw(
    `INSERT INTO jobs (kind, key, job_id, payload, run_at, attempts)
     SELECT 'leave-rooms', user_id, 'leave-rooms ' || user_id, '{}', 0, 0 FROM users WHERE leaving_rooms = 1`,
  );
  await knex.schema.raw('ALTER TABLE users DROP COLUMN leaving_rooms');
}
