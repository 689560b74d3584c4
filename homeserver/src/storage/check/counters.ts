import { defineQuery } from '../database/sql.ts';
import type { Check } from './check.ts';

/** The columns that counters hand numbers out for. */
export const COUNTED: Readonly<Record<string, readonly [table: string, column: string]>> = {
  event: ['events', 'nid'],
  room: ['rooms', 'nid'],
  block: ['state_blocks', 'block_nid'],
  snapshot: ['state_snapshots', 'nid'],
  to_device: ['to_device_messages', 'id'],
};

const values = defineQuery<[], { name: string; value: number }>('SELECT name, value FROM counters');
const beyondTheLog = defineQuery<[], { eventId: string; position: number }>(
  `SELECT event_id AS "eventId", event_position AS position FROM receipts
   WHERE event_position > (SELECT coalesce(max(position), 0) FROM log)`,
);

/** Every counter is at or beyond the largest number in use, so that none is handed out twice. */
export const countersAreAhead: Check = {
  holds: 'No counter is behind a number that is in use',
  async run(database, report) {
    const counters = new Map((await database.all(values, [])).map(({ name, value }) => [name, value]));
    for (const [name, [table, column]] of Object.entries(COUNTED)) {
      const largest = defineQuery<[], { value: number }>(
        `SELECT coalesce(max(${column}), 0) AS value FROM ${table}`,
      );
      const inUse = (await database.all(largest, []))[0]?.value ?? 0;
      const counter = counters.get(name);
      if (counter === undefined) report(`there is no counter ${name}`);
      else if (counter < inUse) report(`counter ${name} is ${counter}, and ${table}.${column} has ${inUse}`);
    }
    for (const { eventId, position } of await database.all(beyondTheLog, [])) {
      report(`a receipt for ${eventId} has position ${position}, which the log has not reached`);
    }
  },
};
