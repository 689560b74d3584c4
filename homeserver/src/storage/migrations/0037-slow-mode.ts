import type { Knex } from 'knex';

/** When somebody last spoke in a room in which one has to wait before the next message. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('slow_mode_turns', (table) => {
    table.bigInteger('room_nid').notNullable();
    table.bigInteger('user_nid').notNullable();
    table.bigInteger('spoke_ts').notNullable();
    table.primary(['room_nid', 'user_nid']);
  });
}
