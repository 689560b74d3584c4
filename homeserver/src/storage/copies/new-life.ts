import { randomOpaqueId } from '../../base/ids.ts';
import { readColumns } from '../database/schema.ts';
import type { Session } from '../database/session.ts';
import { defineQuery } from '../database/sql.ts';
import { LogKind } from '../database/unit-of-work.ts';

const newestPosition = defineQuery<[], { value: number }>('SELECT max(position) AS value FROM log');
const counters = defineQuery<[], { name: string; value: number }>('SELECT name, value FROM counters');

/** At a thousand numbers a second, day and night, it takes two years to count so far. */
const LIFE_STEP = 2 ** 36;

/** Counters whose numbers are told to others, who take a number that they know for something that they have. */
const TOLD_COUNTERS = ['to_device'];

/**
 * Begins a new life of a database that was copied: clients whose tokens are of the life before start afresh, and no
 * number that was told to anybody since the copy was made is told again with another meaning. The signing key stays.
 *
 * The numbers go on beyond all that the other copy may have given, and will give should it live on: a step further, and
 * not behind the microseconds since 1970, which no server counts faster than. So a backup that is restored for the second
 * time goes beyond what was told after the first. They stay exact integers until the year 2255.
 *
 * @param now milliseconds since the Unix epoch.
 */
export async function beginNewLife(session: Session, now: number): Promise<void> {
  const clock = now * 1000;
  await session.run(
    "INSERT INTO meta (key, value) VALUES ('epoch', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    [randomOpaqueId(6)],
  );
  const [newest] = await session.all(newestPosition, []);
  const position = Math.max(clock, (newest?.value ?? 0) + LIFE_STEP);
  await session.run('INSERT INTO log (position, kind) VALUES (?, ?)', [position, LogKind.NewLife]);
  for (const { name, value } of await session.all(counters, [])) {
    if (!TOLD_COUNTERS.includes(name)) continue;
    const next = Math.max(clock, value + LIFE_STEP);
    await session.run('UPDATE counters SET value = ? WHERE name = ?', [next, name]);
  }
}

/**
 * Forgets the one-time keys: some were given away since the copy was made, and a key that is given to two devices makes
 * messages that nobody can read. Clients upload new ones as soon as they see that none are left.
 */
export async function forgetOneTimeKeys(session: Session): Promise<void> {
  const isThere = (await readColumns(session)).some(({ table }) => table === 'one_time_keys');
  if (isThere) await session.run('DELETE FROM one_time_keys');
}
