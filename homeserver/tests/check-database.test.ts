import { expect } from 'chai';
import { runCommand } from '../test-kit/run-command.ts';
import { openTestStorage } from '../test-kit/storage-for-tests.ts';
import { createTestDatabase } from '../test-kit/test-database.ts';
import { TestServer } from '../test-kit/test-server.ts';

describe('The command check-database', () => {
  it('reads beside the running server, and finds nothing wrong with it', async () => {
    const { url: DATABASE_URL, drop } = await createTestDatabase();
    const server = await TestServer.start({ DATABASE_URL });
    try {
      const alice = await server.register('alice');
      await alice.say(await alice.createRoom({}), 'hello');
      const { exitCode, output, errors } = await runCommand(['check-database'], { DATABASE_URL });
      expect(exitCode, errors).to.equal(0);
      expect(output)
        .to.contain('ok    Every accepted event has one row in the log')
        .and.contain('No contradictions.');
    } finally {
      await server.stop();
      await drop();
    }
  });

  it('names what is wrong, and ends with the exit code 1', async () => {
    const { url: DATABASE_URL, storage, close } = await openTestStorage();
    try {
      await storage.meta.getOrSet('server_name', 'hs.test');
      await storage.filters.add(1, 'none', '{}');
      const { exitCode, output } = await runCommand(['check-database'], { DATABASE_URL });
      expect(exitCode).to.equal(1);
      expect(output)
        .to.contain('WRONG Every number leads to a row')
        .and.contain('filters.user_nid is 1 in 1 row(s)');
    } finally {
      await close();
    }
  });

  it('says so when there is no database', async () => {
    const { url: DATABASE_URL, drop } = await createTestDatabase();
    const { exitCode, errors } = await runCommand(['check-database'], { DATABASE_URL });
    expect(exitCode).to.equal(1);
    expect(errors).to.match(/^There is no /);
    await drop();
  });
});
