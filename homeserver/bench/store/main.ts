/**
 * `npm run soak -- store`: a million messages and ten thousand changes of state in a hundred rooms, on a fresh database;
 * what they take on the disk, table by table, and how long history takes to read.
 *
 * `--messages N --rooms N --state-changes N`; the database is `GUILDHALL_TEST_DATABASE`.
 */
import { parseArgs } from 'node:util';
import { withStorage } from '../../test-kit/storage-for-tests.ts';
import { testDialect } from '../../test-kit/test-database.ts';
import { type FillPlan, makeRooms, writeMessages } from './fill-store.ts';
import { measureReads } from './measure-reads.ts';
import { fasterThanEvents, type TableSizes, tableSizes, totalBytes } from './table-sizes.ts';

const READS = 1_000;
const SMALL_TABLE_BYTES = 2_000_000;

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '1000000' },
    rooms: { type: 'string', default: '100' },
    'state-changes': { type: 'string', default: '10000' },
  },
});
const plan: FillPlan = {
  messages: Number(values.messages),
  rooms: Number(values.rooms),
  stateChanges: Number(values['state-changes']),
  members: 20,
};

await withStorage(async (storage) => {
  const store = await makeRooms(storage, plan);
  const started = performance.now();
  const half = Math.floor(plan.messages / 2);
  await writeMessages(store, plan, 0, half);
  const before = await tableSizes(storage.database);
  await writeMessages(store, plan, half, plan.messages);
  const seconds = (performance.now() - started) / 1000;
  const after = await tableSizes(storage.database);
  console.log(`${plan.messages} messages on ${testDialect} in ${seconds.toFixed(0)} s, 64 in flight`);
  printSizes(before, after);
  const faster = fasterThanEvents(before, after, SMALL_TABLE_BYTES);
  console.log(
    faster.length === 0 ? 'no table grows faster than the events' : `faster than the events: ${faster}`,
  );
  for (const { what, p50, p99 } of await measureReads(store, READS)) {
    console.log(`${what}: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`);
  }
  if (faster.length > 0) process.exitCode = 1;
});

function printSizes(before: TableSizes, after: TableSizes): void {
  const rows = [...after]
    .filter(([, bytes]) => bytes > SMALL_TABLE_BYTES)
    .sort(([, one], [, other]) => other - one);
  for (const [name, bytes] of rows) {
    const growth = bytes / Math.max(1, before.get(name) ?? 0);
    console.log(
      `${name.padEnd(16)} ${(bytes / 1e6).toFixed(1).padStart(8)} MB  ` +
        `${(bytes / plan.messages).toFixed(0).padStart(5)} bytes a message  x${growth.toFixed(2)} in the second half`,
    );
  }
  console.log(`${(totalBytes(after) / plan.messages).toFixed(0)} bytes a message in all`);
}
