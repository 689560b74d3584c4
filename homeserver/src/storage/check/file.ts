import type { Query } from '../database/sql.ts';
import type { Check } from './check.ts';

/** PostgreSQL checks itself with amcheck, which needs a superuser: docs/admin/check.md. */
const integrity: Query<[], { fault: string }> = {
  text: {
    sqlite: "SELECT integrity_check AS fault FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
    postgres: 'SELECT NULL AS fault WHERE false',
  },
};

/** The file of a SQLite database is sound, as SQLite sees it: pages, indexes and rows agree. */
export const fileIsSound: Check = {
  holds: 'The database file and its indexes are sound',
  async run(database, report) {
    for (const { fault } of await database.all(integrity, [])) report(fault);
  },
};
