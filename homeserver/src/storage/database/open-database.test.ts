import { expect } from 'chai';
import { createTestDatabase, testDialect } from '../../../test-kit/test-database.ts';
import { openDatabase } from './open-database.ts';

function onError(error: Error): void {
  throw error;
}

const messageOf = (error: Error): string => error.message;

describe('Opening a database', () => {
  if (testDialect === 'sqlite') {
    it('refuses a second process on a file, and lets the next one in after the first', async () => {
      const { url, drop } = await createTestDatabase();
      const first = await openDatabase({ url, onError });
      expect(await openDatabase({ url, onError }).catch(messageOf)).to.match(
        /^Another Guildhall is running on /,
      );
      await first.close();
      const next = await openDatabase({ url, onError });
      await next.close();
      await drop();
    });
  } else {
    it('lets several processes make one together that is empty still', async () => {
      const { url, drop } = await createTestDatabase();
      const opened = await Promise.all([1, 2, 3].map(() => openDatabase({ url, onError })));
      const [first] = await Promise.all(opened.map((database) => database.reserve('event', 1)));
      expect(first).to.be.within(1, 3);
      await Promise.all(opened.map((database) => database.close()));
      await drop();
    });
  }

  it('says what a URL should look like', async () => {
    const refusal = await openDatabase({ url: 'mysql://localhost', onError }).catch(messageOf);
    expect(refusal).to.contain('write sqlite:PATH or postgres://');
  });
});
