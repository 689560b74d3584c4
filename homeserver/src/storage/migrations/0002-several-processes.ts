import type { Knex } from 'knex';

/** Of some things there is one, also when several processes make them at the same moment of their first start. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.raw(
    'CREATE UNIQUE INDEX current_signing_key ON signing_keys ((expired_ts IS NULL)) WHERE expired_ts IS NULL',
  );
  await knex.schema.raw(
    'CREATE UNIQUE INDEX first_admin_token ON registration_tokens (makes_admin) WHERE makes_admin = 1',
  );
}
