import type { Knex } from 'knex';

/** An event waits once for each server that sent it, and what one server has sent is received by one job. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('staged_events', (table) => {
    table.dropUnique(['room_id', 'event_id']);
    table.dropIndex(['room_id', 'origin']);
    table.unique(['origin', 'room_id', 'event_id']);
    table.index(['origin', 'staged_id']);
  });
  // There was one for each room and server.
  await knex('jobs').where({ kind: 'receive-events' }).delete();
  const origins = await knex('staged_events').distinct<{ origin: string }[]>('origin');
  for (const { origin } of origins) {
    await knex('jobs').insert({
      kind: 'receive-events',
      key: origin,
      job_id: `staged by ${origin}`,
      payload: '{}',
      run_at: 0,
      attempts: 0,
    });
  }
}
