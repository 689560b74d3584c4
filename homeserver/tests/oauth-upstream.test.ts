import { expect } from 'chai';
import { type AccountsServer, startAccountsServer } from '../test-kit/accounts-server.ts';
import { type ShownPage, TextBrowser } from '../test-kit/browser.ts';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  type OpenIdProvider,
  startOpenIdProvider,
} from '../test-kit/openid-provider.ts';
import { checkedFetch } from '../test-kit/spec-coverage/checked-fetch.ts';

const APP = 'https://app.example/signed-in?theme=dark';

describe('single sign-on', () => {
  let provider: OpenIdProvider;
  let server: AccountsServer;
  let browser: TextBrowser;
  before(async () => {
    provider = await startOpenIdProvider();
    const common = `client_id=${CLIENT_ID} client_secret="${CLIENT_SECRET}"`;
    server = await startAccountsServer({
      OIDC_PROVIDERS:
        `school ${provider.issuer} ${common} name="The School",` +
        `work ${provider.issuer} ${common} localpart={email} link_existing=on`,
    });
  });
  after(async () => {
    await server.stop();
    await provider.close();
  });
  beforeEach(() => {
    browser = new TextBrowser(server.url);
    provider.lies = {};
  });

  function begin(idp: string): Promise<ShownPage> {
    return browser.open(
      `/_matrix/client/v3/login/sso/redirect/${idp}?${new URLSearchParams({ redirectUrl: APP })}`,
    );
  }

  /** Goes to the provider and comes back. */
  async function visit(idp: string, person: Readonly<Record<string, string>>): Promise<ShownPage> {
    provider.person = person;
    const { leftTo = '' } = await begin(idp);
    const { headers } = await fetch(leftTo, { redirect: 'manual' });
    return browser.open(headers.get('location') ?? '');
  }

  /** Goes back to the app, and logs in as apps do then. */
  async function logIn(agreed: ShownPage): Promise<Record<string, unknown>> {
    const { leftTo = '' } = await browser.submit(agreed, '/sso', {});
    const back = new URL(leftTo);
    expect(back.origin).to.equal('https://app.example');
    expect(back.searchParams.get('theme')).to.equal('dark');
    const login = await server.anonymous('POST', '/v3/login', {
      type: 'm.login.token',
      token: back.searchParams.get('loginToken'),
    });
    expect(login.status).to.equal(200);
    return login.body;
  }

  it('is told of among the ways to log in', async () => {
    const { body } = await server.anonymous('GET', '/v3/login');
    const sso = (body.flows as Record<string, unknown>[]).find(({ type }) => type === 'm.login.sso');
    expect(sso).to.deep.include({
      identity_providers: [
        { id: 'school', name: 'The School' },
        { id: 'work', name: 'work' },
      ],
      oauth_aware_preferred: true,
    });
    const { status } = await server.anonymous('POST', '/v3/login', { type: 'm.login.sso' });
    expect(status).to.equal(400);
  });

  it('begins at the paths that apps know, with a provider and without', async () => {
    const query = new URLSearchParams({ redirectUrl: APP });
    const open = (idp: string) =>
      checkedFetch(`${server.url}/_matrix/client/v3/login/sso/redirect${idp}?${query}`, {
        redirect: 'manual',
      });
    const chosen = await open('/school');
    expect(chosen.status).to.equal(302);
    const leads = await browser.open(chosen.headers.get('location') ?? '');
    expect(leads.leftTo).to.satisfy((to: string) => to.startsWith(provider.issuer));
    const page = await open('');
    expect(page.status).to.equal(302);
    const there = await browser.open(page.headers.get('location') ?? '');
    expect(there.html).to.include('The School');
    const nowhere = await open('/nowhere');
    expect((await browser.open(nowhere.headers.get('location') ?? '')).status).to.equal(404);
  });

  it('makes an account for somebody new, who chooses its name, and knows them again', async () => {
    const person = { sub: 'pupil-1', preferred_username: 'Pupil One', name: 'Pia One' };
    const form = await visit('school', person);
    expect(form.html).to.include('value="pupilone"');
    const agreed = await browser.submit(form, '/upstream', { user: 'pia' });
    expect(await logIn(agreed)).to.include({ user_id: '@pia:test' });
    const profile = await server.anonymous('GET', '/v3/profile/%40pia%3Atest');
    expect(profile.body.displayname).to.equal('Pia One');
    browser = new TextBrowser(server.url);
    expect(await logIn(await visit('school', person))).to.include({ user_id: '@pia:test' });
  });

  it('asks for another name where one is taken', async () => {
    await server.user('taken');
    const form = await visit('school', { sub: 'pupil-2', preferred_username: 'taken' });
    const again = await browser.submit(form, '/upstream', { user: 'taken' });
    expect(again.status).to.equal(400);
    expect(again.html).to.include('is taken');
    expect((await browser.submit(again, '/upstream', { user: 'pupil2' })).html).to.include('@pupil2:test');
  });

  it('takes somebody for the user of that name only where the admin says so', async () => {
    await server.user('worker');
    const person = { sub: 'staff-1', email: 'worker@corp.example', preferred_username: 'worker' };
    expect((await visit('school', person)).html).to.include('name="ticket"');
    expect((await visit('work', person)).html).to.include('@worker:test');
  });

  it('asks for a name where the provider proposes one that nobody can have', async () => {
    for (const email of ['12345@corp.example', '_@corp.example', 'ж@corp.example']) {
      expect((await visit('work', { sub: `staff ${email}`, email })).html, email).to.include('name="ticket"');
    }
  });

  it('signs people in to apps through OAuth as well', async () => {
    const login = await browser.open('/_guildhall/oauth/login');
    expect(login.html).to.include('Continue with The School');
  });

  it('signs in nobody who ended their account', async () => {
    const form = await visit('school', { sub: 'pupil-3', preferred_username: 'leaver' });
    await browser.submit(form, '/upstream', { user: 'leaver' });
    const page = await browser.open('/_guildhall/oauth/account?action=org.matrix.account_deactivate');
    await browser.submit(page, '/account', {});
    browser = new TextBrowser(server.url);
    // The name stays taken, and whoever was known by it begins anew.
    expect((await visit('school', { sub: 'pupil-3', preferred_username: 'leaver' })).html).to.include(
      'name="ticket"',
    );
  });

  for (const [what, lies] of [
    ['of another provider', { iss: 'https://elsewhere.example' }],
    ['for another client', { aud: 'somebody else' }],
    ['that has expired', { exp: 1 }],
    ['for another attempt', { nonce: 'another' }],
  ] as const) {
    it(`believes no ID token ${what}`, async () => {
      provider.lies = lies;
      const page = await visit('school', { sub: 'pupil-1', preferred_username: 'pia' });
      expect(page.status).to.equal(403);
      expect(page.html).to.include('did not sign you in');
    });
  }

  it('takes nobody who was sent back to another browser, and nobody twice', async () => {
    provider.person = { sub: 'pupil-1' };
    const { leftTo = '' } = await begin('school');
    const { headers } = await fetch(leftTo, { redirect: 'manual' });
    const back = headers.get('location') ?? '';
    expect((await new TextBrowser(server.url).open(back)).status).to.equal(403);
    expect((await browser.open(back)).html).to.include('@pia:test');
    expect((await browser.open(back)).status).to.equal(403);
  });

  it('leads to no address that is none of an app, and to no unknown provider', async () => {
    for (const address of ['javascript:alert(1)', 'data:text/html,x', 'no address', '']) {
      const query = new URLSearchParams({ redirectUrl: address });
      const { status } = await server.anonymous('GET', `/v3/login/sso/redirect?${query}`);
      expect(status, address).to.equal(400);
    }
    expect((await begin('unknown')).status).to.equal(404);
  });

  it('confirms in the browser what has to be confirmed, by the same person alone', async () => {
    const person = { sub: 'pupil-4', preferred_username: 'careful' };
    const agreed = await browser.submit(await visit('school', person), '/upstream', { user: 'careful' });
    const { access_token: token, device_id: deviceId } = await logIn(agreed);
    const path = `/_matrix/client/v3/devices/${deviceId}`;
    const remove = (auth?: object) => server.request('DELETE', path, auth ? { auth } : {}, String(token));
    const asked = await remove();
    expect(asked.body.flows).to.deep.equal([{ stages: ['m.login.sso'] }]);
    const session = String(asked.body.session);
    const page = `/_matrix/client/v3/auth/m.login.sso/fallback/web?${new URLSearchParams({ session })}`;
    const careful = browser;

    await server.user('meddler');
    browser = new TextBrowser(server.url);
    const login = await browser.open(page);
    const theirs = await browser.submit(login, '/login', {
      user: 'meddler',
      password: 'password of meddler',
    });
    expect((await browser.submit(theirs, '/confirm', {})).html).to.include('Confirmed.');
    expect((await remove({ session })).status).to.equal(401);

    const own = await careful.open(page);
    expect(own.html).to.include('@careful:test');
    await careful.submit(own, '/confirm', {});
    expect((await remove({ session })).status).to.equal(200);
  });

  it('begins at the page for signing in where the app names no provider', async () => {
    await server.user('reader');
    const query = new URLSearchParams({ redirectUrl: APP });
    const login = await browser.open(`/_matrix/client/v3/login/sso/redirect?${query}`);
    const agreed = await browser.submit(login, '/login', { user: 'reader', password: 'password of reader' });
    expect(await logIn(agreed)).to.include({ user_id: '@reader:test' });
  });
});
