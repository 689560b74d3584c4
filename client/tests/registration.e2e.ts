import { expect } from 'chai';
import { request } from '../../homeserver/test-kit/test-user.ts';
import { Hall } from './test-kit/hall.ts';
import type { Visitor } from './test-kit/visitor.ts';

const TOKENS = '/_synapse/admin/v1/registration_tokens';

/** One story, told in order. */
describe('A server that lets people in with a token', function () {
  this.timeout(120_000);
  this.bail(true);

  let hall: Hall;
  let admin: Visitor;
  let guest: Visitor;

  before(async () => {
    hall = await Hall.open({ REGISTRATION: 'token' });
    admin = await hall.visit();
    guest = await hall.visit();
  });
  afterEach(() => hall.expectNoTrouble());
  after(() => hall.close());

  it('makes an admin of whoever opens the link that it printed', async () => {
    await admin.open(`/setup?token=${hall.server.firstAdminToken}`);
    await admin.page.getByRole('heading', { name: 'You have the keys' }).waitFor();
    await admin.fillInAccount('ada', 'Create the admin account');
    await admin.page.getByRole('heading', { name: 'Come in, ada' }).waitFor();
    expect((await asAdmin('GET', TOKENS)).status).to.equal(200);
  });

  it('asks others for a token, and says when it is not valid', async () => {
    guest.expectRefusals();
    await guest.open('/register');
    await guest.page.getByLabel('Registration token').fill('made-up');
    await guest.fillInAccount('bob', 'Create account');
    await guest.page.getByText('That registration token is not valid').waitFor();
  });

  it('lets them in with one that the admin made', async () => {
    const { body } = await asAdmin('POST', `${TOKENS}/new`, { uses_allowed: 1 });
    await guest.page.getByLabel('Registration token').fill(body.token);
    await guest.page.getByRole('button', { name: 'Create account' }).click();
    await guest.page.getByRole('heading', { name: 'Come in, bob' }).waitFor();
  });

  async function asAdmin(method: string, path: string, body?: unknown) {
    const token = await admin.page.evaluate(() => {
      return JSON.parse(localStorage.getItem('guildhall.accounts') ?? '[]')[0]?.accessToken;
    });
    return request(hall.server.url, method, path, { token, body });
  }
});
