import { expect } from 'chai';
import { runCommand } from '../test-kit/run-command.ts';
import { TestServer } from '../test-kit/test-server.ts';
import type { TestUser } from '../test-kit/test-user.ts';

describe('commands for accounts', function () {
  this.timeout(60_000);
  let server: TestServer;
  let admin: TestUser;
  before(async () => {
    server = await TestServer.start({ SERVER_NAME: 'test' });
    admin = await server.registerAdmin('admin');
    await server.register('alice');
  });
  after(() => server.stop());

  const run = (token: string | undefined, ...args: string[]) =>
    runCommand(args, {
      SERVER_NAME: 'test',
      PUBLIC_URL: server.url,
      ...(token === undefined ? {} : { ADMIN_TOKEN: token }),
    });
  const logIn = async (password: string): Promise<number> => {
    const identifier = { type: 'm.id.user', user: 'alice' };
    const request = { type: 'm.login.password', identifier, password };
    return (await server.request('POST', '/_matrix/client/v3/login', request)).status;
  };

  it('give somebody another password, and make admins', async () => {
    const reset = await run(
      admin.accessToken,
      'reset-password',
      '--user',
      'alice',
      '--password',
      'a new one',
    );
    expect(reset.output).to.contain('@alice:test has a new password');
    expect(await logIn('a new one')).to.equal(200);
    await run(admin.accessToken, 'make-admin', '--user', '@alice:test');
    const path = '/_synapse/admin/v1/users/@alice:test/admin';
    expect(await admin.ok('GET', path)).to.deep.equal({ admin: true });
    await run(admin.accessToken, 'make-admin', '--user', 'alice', '--no');
    expect(await admin.ok('GET', path)).to.deep.equal({ admin: false });
  });

  it('say what is missing', async () => {
    expect((await run(undefined, 'make-admin', '--user', 'alice')).errors).to.contain(
      'GUILDHALL_ADMIN_TOKEN',
    );
    expect((await run(admin.accessToken, 'make-admin')).errors).to.contain('--user NAME');
    const unknown = await run(admin.accessToken, 'make-admin', '--user', 'nobody');
    expect(unknown.errors).to.contain('User not found');
  });
});
