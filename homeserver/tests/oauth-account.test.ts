import { expect } from 'chai';
import { type AccountClient, type AccountsServer, startAccountsServer } from '../test-kit/accounts-server.ts';
import { type ShownPage, TextBrowser } from '../test-kit/browser.ts';
import { ManualClock } from '../test-kit/manual-clock.ts';

const ACCOUNT = '/_guildhall/oauth/account';
const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
const TV = {
  client_name: 'Television',
  client_uri: 'https://example.io/',
  grant_types: [DEVICE_GRANT, 'refresh_token'],
};
const HOUR_MS = 3_600_000;

describe('OAuth, beyond signing in', () => {
  let server: AccountsServer;
  let clock: ManualClock;
  let browser: TextBrowser;
  let alice: AccountClient;
  before(async () => {
    clock = new ManualClock(Date.now());
    server = await startAccountsServer({}, { clock });
  });
  after(() => server.stop());
  let count = 0;
  let name = '';
  beforeEach(async () => {
    count += 1;
    name = `alice${count}`;
    alice = await server.user(name);
    browser = new TextBrowser(server.url);
  });

  async function signedIn(address: string): Promise<ShownPage> {
    const page = await browser.open(address);
    return browser.submit(page, '/login', { user: name, password: `password of ${name}` });
  }

  async function post(path: string, fields: Readonly<Record<string, string>>) {
    const body = new URLSearchParams(fields);
    const response = await fetch(`${server.url}/_guildhall/oauth${path}`, { method: 'POST', body });
    return { status: response.status, body: (await response.json()) as Record<string, string> };
  }

  describe('the account page', () => {
    it('changes the display name', async () => {
      const page = await signedIn(`${ACCOUNT}?action=org.matrix.profile`);
      const saved = await browser.submit(page, '/account', { displayname: 'Alice <3' });
      expect(saved.html).to.include('Saved.').and.to.include('value="Alice &#60;3"');
      const profile = await server.anonymous('GET', `/v3/profile/${encodeURIComponent(alice.userId)}`);
      expect(profile.body.displayname).to.equal('Alice <3');
    });

    for (const action of ['org.matrix.device_view', 'org.matrix.device_delete', 'org.matrix.session_end']) {
      it(`signs a session out, for an app that comes for ${action}`, async () => {
        const page = await signedIn(
          `${ACCOUNT}?${new URLSearchParams({ action, device_id: alice.deviceId })}`,
        );
        expect(page.html).to.include(alice.deviceId);
        expect((await browser.submit(page, '/account', {})).html).to.include('was signed out');
        const { status } = await server.request(
          'GET',
          '/_matrix/client/v3/account/whoami',
          undefined,
          alice.accessToken,
        );
        expect(status).to.equal(401);
      });
    }

    it('says so when there is no such session', async () => {
      const page = await signedIn(`${ACCOUNT}?action=org.matrix.device_view&device_id=NONE`);
      expect(page.status).to.equal(404);
    });

    it('ends the account, and with it what the browser may do', async () => {
      const page = await signedIn(`${ACCOUNT}?action=org.matrix.account_deactivate`);
      expect((await browser.submit(page, '/account', {})).html).to.include('is deleted');
      expect((await browser.open(ACCOUNT)).html).to.include('name="password"');
      const login = await server.login(name).catch((error: Error) => error.message);
      expect(login).to.include('M_USER_DEACTIVATED');
    });

    it('asks for the password again before what cannot be undone', async () => {
      const page = await signedIn(`${ACCOUNT}?action=org.matrix.account_deactivate`);
      await clock.advance(HOUR_MS);
      expect((await browser.submit(page, '/account', {})).html).to.include('name="password"');
      expect((await browser.open(`${ACCOUNT}?action=org.matrix.cross_signing_reset`)).html).to.include(
        'name="password"',
      );
      expect((await browser.open(ACCOUNT)).html).to.include(alice.userId);
    });
  });

  describe('a device that shows a code', () => {
    async function begin() {
      const client = await server.request('POST', '/_guildhall/oauth/register', TV);
      const clientId = String(client.body.client_id);
      const scope = 'urn:matrix:client:api:* urn:matrix:client:device:TELEVISION';
      const { body } = await post('/device_authorization', { client_id: clientId, scope });
      const poll = () =>
        post('/token', {
          grant_type: DEVICE_GRANT,
          client_id: clientId,
          device_code: body.device_code ?? '',
        });
      return { body, poll };
    }

    it('is signed in once its user agrees', async () => {
      const { body, poll } = await begin();
      expect((await poll()).body.error).to.equal('authorization_pending');
      const consent = await signedIn(body.verification_uri_complete ?? '');
      expect(consent.html).to.include('Let Television in?');
      expect((await browser.submit(consent, '/device', { decision: 'allow' })).html).to.include(
        'is signed in',
      );
      const { status, body: tokens } = await poll();
      expect(status).to.equal(200);
      const who = await server.request(
        'GET',
        '/_matrix/client/v3/account/whoami',
        undefined,
        tokens.access_token,
      );
      expect(who.body).to.include({ user_id: alice.userId, device_id: 'TELEVISION' });
      expect((await poll()).body.error).to.equal('expired_token');
    });

    it('hears that its user does not agree', async () => {
      const { body, poll } = await begin();
      const consent = await signedIn(body.verification_uri_complete ?? '');
      await browser.submit(consent, '/device', { decision: 'deny' });
      expect((await poll()).body.error).to.equal('access_denied');
      const again = await browser.open(body.verification_uri_complete ?? '');
      expect(again.html).to.include('There is no device with this code');
    });

    it('is found by a code that was copied carelessly', async () => {
      const { body } = await begin();
      await signedIn(ACCOUNT);
      const code = (body.user_code ?? '').toLowerCase().replace('-', ' ');
      const page = await browser.open(`/_guildhall/oauth/device?${new URLSearchParams({ code })}`);
      expect(page.html).to.include('Let Television in?');
    });

    it('waits in vain when the code has expired', async () => {
      const { body, poll } = await begin();
      await clock.advance(HOUR_MS);
      expect((await poll()).body.error).to.equal('expired_token');
      const page = await signedIn(body.verification_uri_complete ?? '');
      expect(page.html).to.include('There is no device with this code');
    });
  });

  describe('resetting the identity', () => {
    const key = (letter: string) => {
      const publicKey = letter.repeat(43);
      return {
        user_id: alice.userId,
        usage: ['master'],
        keys: { [`ed25519:${publicKey}`]: publicKey },
      };
    };

    async function appSession(): Promise<string> {
      const client = await server.request('POST', '/_guildhall/oauth/register', TV);
      const clientId = String(client.body.client_id);
      const scope = 'urn:matrix:client:api:* urn:matrix:client:device:TELEVISION';
      const begun = await post('/device_authorization', { client_id: clientId, scope });
      const consent = await signedIn(begun.body.verification_uri_complete ?? '');
      await browser.submit(consent, '/device', { decision: 'allow' });
      const granted = await post('/token', {
        grant_type: DEVICE_GRANT,
        client_id: clientId,
        device_code: begun.body.device_code ?? '',
      });
      return granted.body.access_token ?? '';
    }

    it('asks an app to send its user to the browser, and goes through once they have agreed', async () => {
      const token = await appSession();
      const path = '/_matrix/client/v3/keys/device_signing/upload';
      const upload = (letter: string, auth?: object) =>
        server.request('POST', path, { master_key: key(letter), ...(auth && { auth }) }, token);
      expect((await upload('A')).status).to.equal(200);
      const asked = await upload('B');
      expect(asked.status).to.equal(401);
      const flows = (asked.body.flows as { stages: string[] }[]).flatMap(({ stages }) => stages);
      expect(flows).to.include.members(['m.oauth', 'org.matrix.cross_signing_reset']);
      const params = asked.body.params as Record<string, { url: string }>;
      const auth = { type: 'm.oauth', session: asked.body.session };
      expect((await upload('B', auth)).status).to.equal(401);
      const page = await browser.open(params['m.oauth']?.url ?? '');
      await browser.submit(page, '/account', {});
      expect((await upload('B', auth)).status).to.equal(200);
      await clock.advance(HOUR_MS);
      expect((await upload('A')).status).to.equal(401);
    });
  });
});
