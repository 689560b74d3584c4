import { expect } from 'chai';
import { createTestDatabase } from '../../../test-kit/test-database.ts';
import { openDatabase } from './open-database.ts';

function onError(error: Error): void {
  throw error;
}

const messageOf = (error: Error): string => error.message;

describe('Opening a database', () => {
  it('refuses a second process on it, and lets the next one in after the first', async () => {
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

  it('says what a URL should look like', async () => {
    const refusal = await openDatabase({ url: 'mysql://localhost', onError }).catch(messageOf);
    expect(refusal).to.contain('write sqlite:PATH or postgres://');
  });
});
