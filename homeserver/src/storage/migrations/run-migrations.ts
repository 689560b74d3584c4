import type { Knex } from 'knex';
import { up as firstSchema } from './0001-first-schema.ts';
import { up as severalProcesses } from './0002-several-processes.ts';
import { up as jobsAndPurging } from './0003-jobs-and-purging.ts';
import { up as partialState } from './0004-partial-state.ts';
import { up as encryption } from './0006-encryption.ts';
import { up as accounts } from './0007-accounts.ts';
import { up as eventRelations } from './0008-event-relations.ts';
import { up as logReadersAndSearch } from './0009-log-readers-and-search.ts';
import { up as pushers } from './0010-pushers.ts';
import { up as appServices } from './0011-app-services.ts';
import { up as urlPreviews } from './0012-url-previews.ts';
import { up as delayedEvents } from './0013-delayed-events.ts';
import { up as oauth } from './0014-oauth.ts';
import { up as reports } from './0021-reports.ts';
import { up as federation } from './0022-federation.ts';
import { up as receivedTransactions } from './0023-received-transactions.ts';
import { up as outgoingFederation } from './0024-outgoing-federation.ts';
import { up as careOfMedia } from './0025-care-of-media.ts';
import { up as stickyEvents } from './0026-sticky-events.ts';
import { up as administration } from './0027-administration.ts';
import { up as callMembers } from './0028-call-members.ts';
import { up as remoteKeys } from './0031-remote-keys.ts';
import { up as historyGaps } from './0032-history-gaps.ts';
import { up as stagedByServer } from './0034-staged-by-server.ts';
import { up as guildInvites } from './0036-guild-invites.ts';
import { up as slowMode } from './0037-slow-mode.ts';

/** Every change of the schema, in order. A released migration is never edited: add another. */
export const migrations: readonly { readonly name: string; readonly up: (knex: Knex) => Promise<void> }[] = [
  { name: '0001-first-schema', up: firstSchema },
  { name: '0002-several-processes', up: severalProcesses },
  { name: '0003-jobs-and-purging', up: jobsAndPurging },
  { name: '0004-partial-state', up: partialState },
  { name: '0006-encryption', up: encryption },
  { name: '0007-accounts', up: accounts },
  { name: '0008-event-relations', up: eventRelations },
  { name: '0009-log-readers-and-search', up: logReadersAndSearch },
  { name: '0010-pushers', up: pushers },
  { name: '0012-url-previews', up: urlPreviews },
  { name: '0011-app-services', up: appServices },
  { name: '0013-delayed-events', up: delayedEvents },
  { name: '0014-oauth', up: oauth },
  { name: '0021-reports', up: reports },
  { name: '0022-federation', up: federation },
  { name: '0023-received-transactions', up: receivedTransactions },
  { name: '0024-outgoing-federation', up: outgoingFederation },
  { name: '0025-care-of-media', up: careOfMedia },
  { name: '0027-administration', up: administration },
  { name: '0026-sticky-events', up: stickyEvents },
  { name: '0028-call-members', up: callMembers },
  { name: '0031-remote-keys', up: remoteKeys },
  { name: '0034-staged-by-server', up: stagedByServer },
  { name: '0036-guild-invites', up: guildInvites },
  { name: '0037-slow-mode', up: slowMode },
  { name: '0032-history-gaps', up: historyGaps },
];

/**
 * Brings a database to the newest schema, each migration in a transaction of its own. The caller sees to it that nobody
 * else does so meanwhile.
 */
export async function runMigrations(config: Knex.Config): Promise<void> {
  const { default: createKnex } = await import('knex');
  const knex = createKnex(config);
  try {
    // Left behind by a process that died: nobody else is at it.
    await knex.migrate.forceFreeMigrationsLock();
    await knex.migrate.latest({
      migrationSource: {
        getMigrations: async () => [...migrations],
        getMigrationName: (migration: (typeof migrations)[number]) => migration.name,
        getMigration: async (migration: (typeof migrations)[number]) => ({
          up: migration.up,
          down: async () => {
            throw new Error('migrations go forward only: restore the copy that was kept');
          },
        }),
      },
    });
  } finally {
    await knex.destroy();
  }
}
