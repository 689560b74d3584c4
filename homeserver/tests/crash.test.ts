import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CrashRounds } from '../test-kit/crash/crash-rounds.ts';
import { createTestDatabase, testDialect } from '../test-kit/test-database.ts';

/** `npm run soak -- crash` runs 50. */
const ROUNDS = Number(process.env.GUILDHALL_TEST_CRASH_ROUNDS ?? 3);

describe('kill -9', () => {
  it(`loses nothing that was acknowledged, and leaves nothing twice or half there, ${ROUNDS} times in a row`, async function () {
    this.timeout(ROUNDS * 60_000);
    const dataDir = await mkdtemp(join(tmpdir(), 'guildhall-crash-'));
    const { url, drop } = await createTestDatabase();
    const rounds = new CrashRounds({
      databaseUrl: url,
      configuration: { DATA_DIR: dataDir, DATABASE_URL: url },
      processes: testDialect === 'postgres' ? 2 : 1,
      seed: Number(process.env.GUILDHALL_TEST_SEED ?? 20_261_121),
    });
    try {
      await rounds.start();
      for (let round = 1; round <= ROUNDS; round += 1) {
        console.log(`      round ${round}, ${await rounds.round()}`);
      }
      console.log(`      in all, on ${testDialect}: ${await rounds.finish()}`);
    } finally {
      await rounds.end();
      await drop();
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});
