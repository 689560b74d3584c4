import { expect } from 'chai';
import { eventually } from '../../homeserver/test-kit/eventually.ts';
import { ShiftedClock } from '../../homeserver/test-kit/shifted-clock.ts';
import { TestServer } from '../../homeserver/test-kit/test-server.ts';
import type { TestUser } from '../../homeserver/test-kit/test-user.ts';
import { expectAccessible } from './test-kit/accessibility.ts';
import { channelPath, createGuild } from './test-kit/guild.ts';
import { Hall, PHONE } from './test-kit/hall.ts';
import type { Visitor } from './test-kit/visitor.ts';

describe('Several accounts, and homeservers of others', function () {
  this.timeout(120_000);

  let hall: Hall;
  let elsewhere: TestServer;
  /** Of the server elsewhere. */
  let clock: ShiftedClock;
  let bob: TestUser;
  let visitor: Visitor;

  before(async () => {
    hall = await Hall.open();
    clock = new ShiftedClock();
    elsewhere = await TestServer.start({ SERVER_NAME: 'elsewhere.test' }, { clock });
    const ada = await hall.server.register('ada');
    await createGuild(ada, { name: 'The Archive' });
    bob = await elsewhere.register('bob');
    await createGuild(bob, { name: 'The Far Hall' });
  });
  beforeEach(async () => {
    visitor = await hall.visit();
    visitor.expectHomeserver(elsewhere.url);
  });
  afterEach(() => hall.dismiss(visitor));
  after(async () => {
    await hall.close();
    await elsewhere.stop();
  });

  async function chooseServer(typed: string): Promise<void> {
    await visitor.page.getByRole('button', { name: 'Change' }).click();
    await visitor.page.getByRole('textbox', { name: 'Homeserver' }).fill(typed);
    await visitor.page.getByRole('button', { name: 'Continue', exact: true }).click();
  }

  async function comeInFromElsewhere(): Promise<void> {
    await visitor.open('/login');
    await chooseServer(elsewhere.url);
    await visitor.page.getByText(`Server: ${new URL(elsewhere.url).host}`).waitFor();
    await visitor.fillInAccount('bob', 'Log in');
    await visitor.page.getByRole('link', { name: 'The Far Hall' }).waitFor();
  }

  /** Adds the account of this server beside the one that is open. */
  async function addOwnAccount(): Promise<void> {
    await visitor.chooseFromMenu('Account menu', 'Accounts');
    await visitor.dialog.getByRole('button', { name: 'Add an account' }).click();
    await visitor.page.getByRole('heading', { name: 'Add an account' }).waitFor();
    await visitor.fillInAccount('ada', 'Log in');
    await visitor.page.getByRole('link', { name: 'The Archive' }).waitFor();
  }

  async function switchTo(userId: string): Promise<void> {
    await visitor.chooseFromMenu('Account menu', 'Accounts');
    await visitor.dialog.getByRole('button', { name: `Switch to ${userId}` }).click();
  }

  async function leaveAccount(): Promise<void> {
    await visitor.chooseFromMenu('Account menu', 'Log out');
    await visitor.dialog.getByRole('button', { name: 'Log out' }).click();
  }

  it('signs in to another homeserver, and talks there', async () => {
    await comeInFromElsewhere();
    await visitor.page.getByRole('link', { name: 'The Far Hall' }).click();
    await visitor.channelLink('general').click();
    await visitor.channelHeading('general').waitFor();
    await visitor.say('Hello from afar');
    await visitor.message('Hello from afar').waitFor();
    await visitor.page.reload();
    await visitor.message('Hello from afar').waitFor();
  });

  it('says what is wrong with a server, in words, and goes on by where its name leads', async () => {
    visitor.expectRefusals();
    await answer(visitor, 'https://shop.test', {});
    await answer(visitor, 'https://old.test', {
      '/_matrix/client/versions': { versions: ['r0.6.1', 'v1.2'] },
    });
    await answer(visitor, 'https://named.test', {
      '/.well-known/matrix/client': { 'm.homeserver': { base_url: `${elsewhere.url}/` } },
    });
    visitor.expectHomeserver('https://gone.test');
    await visitor.page.context().route('https://gone.test/**', (route) => route.abort());
    await visitor.open('/login');
    await visitor.page.getByRole('button', { name: 'Change' }).click();
    const field = visitor.page.getByRole('textbox', { name: 'Homeserver' });
    for (const [typed, words] of [
      ['what is this', 'This is not the address of a server.'],
      ['gone.test', 'There is no server at this address, or it does not answer.'],
      ['shop.test', 'There is something at this address, but no Matrix server.'],
      ['https://old.test/', 'This server is too old for Guildhall. It needs Matrix 1.11 or newer.'],
    ] as const) {
      await field.fill(typed);
      await field.press('Enter');
      await visitor.page.getByText(words).waitFor();
    }
    await expectAccessible(visitor.page, 'a server that cannot be used');
    await field.fill('@bob:named.test');
    await field.press('Enter');
    await visitor.page.getByText('Server: named.test').waitFor();
    await visitor.fillInAccount('bob', 'Log in');
    await visitor.page.getByRole('link', { name: 'The Far Hall' }).waitFor();
  });

  it('keeps to the server that there was when somebody turns back', async () => {
    await visitor.open('/login');
    await visitor.page.getByRole('button', { name: 'Change' }).press('Enter');
    await visitor.page.getByRole('textbox', { name: 'Homeserver' }).press('Escape');
    await visitor.page.getByText(`Server: ${new URL(hall.server.url).host}`).waitFor();
    const focused = visitor.page.getByRole('button', { name: 'Change' });
    await eventually(() => focused.evaluate((button) => button === document.activeElement));
  });

  async function comeInByOAuth(): Promise<void> {
    await visitor.open('/login');
    await chooseServer(elsewhere.url);
    const { host } = new URL(elsewhere.url);
    await visitor.page.getByRole('button', { name: `Continue at ${host}` }).click();
    await visitor.page.getByLabel('User name or mail address').fill('bob');
    await visitor.page.getByLabel('Password').fill('password of bob');
    await visitor.page.getByRole('button', { name: 'Sign in' }).click();
    await visitor.page.getByRole('heading', { name: 'Let Guildhall in?' }).waitFor();
    await visitor.page.getByRole('button', { name: 'Continue' }).click();
    await visitor.page.getByRole('link', { name: 'The Far Hall' }).waitFor();
  }

  it('signs in at the page of another homeserver, by OAuth, and out', async () => {
    await comeInByOAuth();
    await leaveAccount();
    await visitor.page.getByRole('heading', { name: 'Welcome back' }).waitFor();
    expect(await keptKeys()).to.deep.equal([]);
  });

  it('goes on when the token of such a session has run out, and after a reload', async () => {
    await comeInByOAuth();
    await visitor.page.getByRole('link', { name: 'The Far Hall' }).click();
    await visitor.channelLink('general').click();
    await visitor.composer.waitFor();
    // The token that ran out is refused once, and the console says so.
    visitor.expectRefusals();
    const token = (): Promise<string> =>
      visitor.page.evaluate(
        () => JSON.parse(localStorage.getItem('guildhall.accounts') ?? '[]')[0]?.accessToken,
      );
    const first = await token();
    clock.set(clock.now() + 10 * 60_000);
    await visitor.say('Still here');
    await visitor.message('Still here').waitFor();
    await eventually(async () => (await token()) !== first);
    await visitor.page.reload();
    await visitor.message('Still here').waitFor();
    clock.set(clock.now() + 10 * 60_000);
    await visitor.page.reload();
    await visitor.message('Still here').waitFor();
  });

  it('goes on with what another tab has got when its own tokens are refused', async () => {
    await comeInByOAuth();
    const { page } = visitor;
    await page.getByRole('link', { name: 'The Far Hall' }).click();
    await visitor.channelLink('general').click();
    visitor.expectRefusals();
    const headers = { 'Access-Control-Allow-Origin': '*' };
    const refusals = [
      [
        '**/_matrix/client/v3/sync?*',
        401,
        { errcode: 'M_UNKNOWN_TOKEN', error: 'Unknown', soft_logout: true },
      ],
      ['**/oauth/token', 400, { error: 'invalid_grant' }],
    ] as const;
    for (const [address, status, json] of refusals)
      await page.route(address, (route) => route.fulfill({ status, headers, json }));
    const asked = page.waitForRequest('**/account/whoami');
    const loaded = page.waitForEvent('load');
    await visitor.say('Refused soon');
    await asked;
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await loaded;
    await visitor.message('Refused soon').waitFor();
  });

  it('signs in with somebody else whom a homeserver trusts', async () => {
    const auth = {
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: 'bob' },
      password: 'password of bob',
    };
    const { login_token: token } = await bob.ok('POST', '/_matrix/client/v1/login/get_token', { auth });
    await visitor.page.context().route(`${elsewhere.url}/_matrix/client/v3/login`, (route) => {
      if (route.request().method() !== 'GET') return route.continue();
      const providers = [{ id: 'town', name: 'The Town' }];
      const flows = [{ type: 'm.login.sso', identity_providers: providers }];
      return route.fulfill({ headers: { 'Access-Control-Allow-Origin': '*' }, json: { flows } });
    });
    await visitor.page.context().route(`${elsewhere.url}/**/login/sso/redirect/town?*`, (route) => {
      const back = new URL(new URL(route.request().url()).searchParams.get('redirectUrl') ?? '');
      back.searchParams.set('loginToken', token);
      return route.fulfill({ status: 302, headers: { Location: back.href } });
    });
    await visitor.open('/login');
    await chooseServer(elsewhere.url);
    await visitor.page.getByRole('button', { name: 'Continue with The Town' }).click();
    await visitor.page.getByRole('link', { name: 'The Far Hall' }).waitFor();
  });

  it('lets nobody in with what this tab did not ask for', async () => {
    await visitor.open('/login/return?state=planted&loginToken=planted');
    await visitor.page.getByText('This sign-in was not begun in this tab. Begin again.').waitFor();
    await visitor.page.getByRole('link', { name: 'Back to log-in' }).click();
    await visitor.page.getByRole('button', { name: 'Log in' }).waitFor();
  });

  it('has several accounts, and keeps what belongs to each apart', async () => {
    await comeInFromElsewhere();
    await visitor.page.getByRole('link', { name: 'The Far Hall' }).click();
    await visitor.channelLink('general').click();
    await visitor.composer.fill('Half a thought');
    await addOwnAccount();
    expect(await visitor.page.getByRole('link', { name: 'The Far Hall' }).count()).to.equal(0);
    await visitor.chooseFromMenu('Account menu', 'Accounts');
    await expectAccessible(visitor.page, 'the accounts');
    await visitor.page.keyboard.press('Escape');
    await visitor.dialog.waitFor({ state: 'detached' });
    await switchTo('@bob:elsewhere.test');
    // Where bob was last, with what bob was writing.
    await visitor.channelHeading('general').waitFor();
    expect(await visitor.composer.inputValue()).to.equal('Half a thought');
    await leaveAccount();
    // The other one is open then, and nothing of the one that left is here.
    await visitor.page.getByRole('link', { name: 'The Archive' }).waitFor();
    const kept = await visitor.page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
    expect(kept).not.to.include('bob').and.not.to.include('Half a thought');
    await leaveAccount();
    await visitor.page.getByRole('heading', { name: 'Welcome back' }).waitFor();
    expect(await keptKeys()).to.deep.equal([]);
  });

  it('has another account open in another tab', async () => {
    await comeInFromElsewhere();
    await addOwnAccount();
    const other = await visitor.page.context().newPage();
    await other.goto('/');
    await other.getByRole('link', { name: 'The Archive' }).waitFor();
    // Browsers draw a tab that nobody sees once in a while.
    await visitor.page.bringToFront();
    await switchTo('@bob:elsewhere.test');
    await visitor.page.getByRole('link', { name: 'The Far Hall' }).waitFor();
    await other.bringToFront();
    await other.reload();
    await other.getByRole('link', { name: 'The Archive' }).waitFor();
    await visitor.page.bringToFront();
    await leaveAccount();
    await visitor.page.getByRole('link', { name: 'The Archive' }).waitFor();
  });

  it('says when a session has ended, and has what was being written when somebody is back', async () => {
    visitor.expectRefusals();
    const carol = await hall.server.register('carol');
    const guild = await createGuild(carol, { name: 'The Cellar' });
    await visitor.open(`/login?next=${encodeURIComponent(channelPath(guild))}`);
    await visitor.fillInAccount('carol', 'Log in');
    await visitor.composer.fill('Not said yet');
    await carol.ok('POST', '/_matrix/client/v3/logout/all', {});
    await visitor.page.getByText('You were signed out. Log in again.').waitFor();
    expect(await visitor.page.getByLabel('Username').inputValue()).to.equal('@carol:hs.test');
    await visitor.page.getByLabel('Password', { exact: true }).fill('password of carol');
    await visitor.page.getByRole('button', { name: 'Log in' }).click();
    await visitor.channelHeading('general').waitFor();
    expect(await visitor.composer.inputValue()).to.equal('Not said yet');
  });

  it('can be used on a phone, and by everybody', async () => {
    await visitor.page.setViewportSize(PHONE);
    await visitor.page.emulateMedia({ colorScheme: 'light' });
    await visitor.open('/login');
    await chooseServer(elsewhere.url);
    await visitor.page.getByRole('button', { name: /^Continue at / }).waitFor();
    await visitor.expectNoSidewaysScroll();
    await expectAccessible(visitor.page, 'logging in elsewhere');
  });

  function keptKeys(): Promise<readonly string[]> {
    return visitor.page.evaluate(() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)]);
  }
});

/** A server of others: what it says at some paths, and that there is nothing at all others. */
async function answer(
  visitor: Visitor,
  origin: string,
  pages: Readonly<Record<string, object>>,
): Promise<void> {
  visitor.expectHomeserver(origin);
  await visitor.page.context().route(`${origin}/**`, (route) => {
    const page = pages[new URL(route.request().url()).pathname];
    const headers = { 'Access-Control-Allow-Origin': '*' };
    return route.fulfill(page ? { headers, json: page } : { headers, status: 404, body: 'Nothing here' });
  });
}
