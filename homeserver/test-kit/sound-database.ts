import { expect } from 'chai';
import { checkDatabase } from '../src/storage/check/check-database.ts';
import type { Database } from '../src/storage/index.ts';

/** Every contradiction that the checker finds, in words. */
export async function contradictionsIn(database: Pick<Database, 'dialect' | 'all'>): Promise<string[]> {
  const found: string[] = [];
  for await (const { contradictions } of checkDatabase(database)) found.push(...contradictions);
  return found;
}

/** Fails with what the checker finds. */
export async function expectSoundDatabase(database: Pick<Database, 'dialect' | 'all'>): Promise<void> {
  expect(await contradictionsIn(database)).to.deep.equal([]);
}
