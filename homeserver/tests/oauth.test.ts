import { expect } from 'chai';
import * as oauth from 'openid-client';
import { type AccountsServer, startAccountsServer } from '../test-kit/accounts-server.ts';
import { type ShownPage, TextBrowser } from '../test-kit/browser.ts';

const REDIRECT = 'io.example.app:/callback';
const APP = {
  client_name: 'Example App',
  client_uri: 'https://example.io/',
  application_type: 'native',
  redirect_uris: [REDIRECT, 'http://127.0.0.1/callback', 'https://example.io/callback'],
  response_types: ['code'],
  grant_types: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_method: 'none',
};
const API = 'urn:matrix:client:api:*';
const DEVICE = 'urn:matrix:client:device:';

describe('OAuth', () => {
  let server: AccountsServer;
  let browser: TextBrowser;
  before(async () => {
    server = await startAccountsServer();
    await server.user('alice');
  });
  after(() => server.stop());
  beforeEach(() => {
    browser = new TextBrowser(server.url);
  });

  /** An app that has found the server and registered with it, as apps do: with a library. */
  async function register(metadata: object = {}): Promise<oauth.Configuration> {
    return oauth.dynamicClientRegistration(new URL(`${server.url}/`), { ...APP, ...metadata }, oauth.None(), {
      execute: [oauth.allowInsecureRequests],
    });
  }

  /** Where the app sends the browser. */
  async function authorization(app: oauth.Configuration, params: Readonly<Record<string, string>> = {}) {
    const verifier = oauth.randomPKCECodeVerifier();
    const url = oauth.buildAuthorizationUrl(app, {
      redirect_uri: REDIRECT,
      scope: `${API} ${DEVICE}EXAMPLEDEVICE`,
      state: 'the state',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...params,
    });
    return { verifier, url };
  }

  function signIn(page: ShownPage, name = 'alice', password = `password of ${name}`): Promise<ShownPage> {
    return browser.submit(page, '/login', { user: name, password });
  }

  /** Signs somebody in, with everything that the app and the browser do. */
  async function session(app: oauth.Configuration, params: Readonly<Record<string, string>> = {}) {
    const { verifier, url } = await authorization(app, params);
    const first = await browser.open(url.href);
    const consent = first.html.includes('name="password"') ? await signIn(first) : first;
    const { leftTo = '' } = await browser.submit(consent, '/authorize', { decision: 'allow' });
    const checks = { pkceCodeVerifier: verifier, expectedState: 'the state' };
    return oauth.authorizationCodeGrant(app, new URL(leftTo), checks);
  }

  async function whoami(token: string): Promise<{ status: number; body: Record<string, unknown> }> {
    return server.request('GET', '/_matrix/client/v3/account/whoami', undefined, token);
  }

  describe('discovery', () => {
    it('tells apps where to go, under the names of the specification and of the MSCs', async () => {
      const stable = await server.anonymous('GET', '/v1/auth_metadata');
      expect(stable.status).to.equal(200);
      expect(stable.body).to.include({ issuer: `${server.url}/` });
      expect(stable.body.grant_types_supported).to.include('refresh_token');
      expect(stable.body.response_modes_supported).to.have.members(['query', 'fragment']);
      const unstable = await server.anonymous('GET', '/unstable/org.matrix.msc2965/auth_metadata');
      expect(unstable.body.token_endpoint).to.equal(stable.body.token_endpoint);
      const issuer = await server.anonymous('GET', '/unstable/org.matrix.msc2965/auth_issuer');
      expect(issuer.body).to.deep.equal({ issuer: `${server.url}/` });
      const wellKnown = await server.request('GET', '/.well-known/openid-configuration');
      expect(wellKnown.body.issuer).to.equal(`${server.url}/`);
    });
  });

  describe('registering an app', () => {
    const post = (metadata: object) => server.request('POST', '/_guildhall/oauth/register', metadata);

    it('gives the same app the same ID each time', async () => {
      const [first, second] = [await post(APP), await post(APP)];
      expect(first.status).to.equal(201);
      expect(first.body.client_id).to.equal(second.body.client_id);
      expect(first.body.redirect_uris).to.deep.equal(APP.redirect_uris);
      const other = await post({ ...APP, client_name: 'Other App' });
      expect(other.body.client_id).not.to.equal(first.body.client_id);
    });

    for (const [why, uri] of [
      ['a scheme of somebody else', 'org.example.app:/callback'],
      ['a scheme that only begins alike', 'io.examples:/callback'],
      ['a scheme with a host', 'io.example.app://callback'],
      ['a fragment', 'https://example.io/#x'],
      ['another host', 'https://example.org/callback'],
      ['plain HTTP', 'http://example.io/callback'],
      ['a port on the machine itself', 'http://127.0.0.1:8080/callback'],
      ['a script', 'javascript:alert(1)'],
    ]) {
      it(`refuses a redirect URI with ${why}`, async () => {
        const { status, body } = await post({ ...APP, redirect_uris: [uri] });
        expect({ status, error: body.error }).to.deep.equal({ status: 400, error: 'invalid_redirect_uri' });
      });
    }

    it('lets apps on the web come back by https only', async () => {
      const web = { ...APP, application_type: 'web' };
      expect((await post({ ...web, redirect_uris: ['https://app.example.io/'] })).status).to.equal(201);
      expect((await post({ ...web, redirect_uris: [REDIRECT] })).body.error).to.equal('invalid_redirect_uri');
      expect((await post({ ...web, redirect_uris: ['http://localhost/'] })).body.error).to.equal(
        'invalid_redirect_uri',
      );
    });

    it('refuses what is no description of an app', async () => {
      for (const body of [
        [],
        {},
        { ...APP, client_uri: 'http://example.io/' },
        { ...APP, redirect_uris: 'x' },
        { ...APP, client_name: 7 },
        { ...APP, token_endpoint_auth_method: 'client_secret_basic' },
        { ...APP, logo_uri: 'https://elsewhere.org/logo' },
        { ...APP, grant_types: ['password'] },
      ]) {
        const answer = await post(body);
        expect(answer.status, JSON.stringify(body)).to.equal(400);
        expect(answer.body.error).to.equal('invalid_client_metadata');
      }
    });
  });

  describe('signing in', () => {
    it('opens a session like any other, of the device that the app has chosen', async () => {
      const tokens = await session(await register());
      expect(tokens).to.include({ token_type: 'bearer', scope: `${API} ${DEVICE}EXAMPLEDEVICE` });
      const { body } = await whoami(tokens.access_token);
      expect(body).to.include({ user_id: '@alice:test', device_id: 'EXAMPLEDEVICE' });
      const devices = await server.request(
        'GET',
        '/_matrix/client/v3/devices',
        undefined,
        tokens.access_token,
      );
      const device = (devices.body.devices as Record<string, unknown>[]).find(
        ({ device_id: id }) => id === 'EXAMPLEDEVICE',
      );
      expect(device).to.include({ display_name: 'Example App' });
      const logout = await server.request('POST', '/_matrix/client/v3/logout', {}, tokens.access_token);
      expect(logout.status).to.equal(200);
      expect((await whoami(tokens.access_token)).status).to.equal(401);
    });

    it('opens a session with which Element X begins: by sliding sync', async () => {
      const { access_token: token } = await session(await register());
      const path = '/_matrix/client/unstable/org.matrix.simplified_msc3575/sync?timeout=0';
      const { status, body } = await server.request('POST', path, { lists: {} }, token);
      expect(status).to.equal(200);
      expect(body.pos).to.be.a('string');
    });

    it('takes the scopes of MSC2967, and answers in the fragment', async () => {
      const unstable = 'urn:matrix:org.matrix.msc2967.client:';
      const app = await register();
      const { verifier, url } = await authorization(app, {
        scope: `openid ${unstable}api:* ${unstable}device:UNSTABLEDEVICE`,
        response_mode: 'fragment',
      });
      const consent = await signIn(await browser.open(url.href));
      const { leftTo = '' } = await browser.submit(consent, '/authorize', { decision: 'allow' });
      const answer = new URL(leftTo);
      expect(answer.search).to.equal('');
      const inQuery = new URL(`${REDIRECT}?${answer.hash.slice(1)}`);
      const tokens = await oauth.authorizationCodeGrant(app, inQuery, {
        pkceCodeVerifier: verifier,
        expectedState: 'the state',
      });
      expect(tokens.scope).to.equal(`${unstable}api:* ${unstable}device:UNSTABLEDEVICE`);
      const again = await oauth.refreshTokenGrant(app, tokens.refresh_token ?? '', {
        scope: tokens.scope ?? '',
      });
      expect((await whoami(again.access_token)).body.device_id).to.equal('UNSTABLEDEVICE');
    });

    it('takes a port of the moment on the machine itself', async () => {
      const tokens = await session(await register(), { redirect_uri: 'http://127.0.0.1:43210/callback' });
      expect((await whoami(tokens.access_token)).status).to.equal(200);
    });

    it('asks again, with what was written, after a wrong password', async () => {
      const { url } = await authorization(await register());
      const page = await signIn(await browser.open(url.href), 'alice', 'wrong');
      expect(page.status).to.equal(403);
      expect(page.html).to.include('role="alert"').and.to.include('value="alice"');
      expect((await signIn(page)).html).to.include('Let Example App in?');
    });

    it('makes an account for whoever wants one', async () => {
      const { url } = await authorization(await register(), { prompt: 'create' });
      const page = await browser.open(url.href);
      const fields = { user: 'newcomer', password: 'a long password', repeated: 'a long password' };
      const differing = await browser.submit(page, '/sign-up', { ...fields, repeated: 'another' });
      expect(differing.html).to.include('not the same');
      const consent = await browser.submit(differing, '/sign-up', fields);
      expect(consent.html).to.include('@newcomer:test');
      const { leftTo = '' } = await browser.submit(consent, '/authorize', { decision: 'allow' });
      expect(leftTo).to.include('code=');
    });

    it('tells the app that somebody does not agree', async () => {
      const { url } = await authorization(await register());
      const consent = await signIn(await browser.open(url.href));
      const { leftTo = '' } = await browser.submit(consent, '/authorize', { decision: 'deny' });
      expect(new URL(leftTo).searchParams.get('error')).to.equal('access_denied');
      expect(new URL(leftTo).searchParams.get('state')).to.equal('the state');
    });

    it('lets somebody else sign in in the same browser', async () => {
      await server.user('bob');
      const { url } = await authorization(await register());
      const consent = await signIn(await browser.open(url.href));
      const login = await browser.submit(consent, '/sign-out', {});
      expect((await signIn(login, 'bob')).html).to.include('@bob:test');
    });

    it('proposes the user that the app names', async () => {
      const { url } = await authorization(await register(), { login_hint: 'mxid:@alice:test' });
      expect((await browser.open(url.href)).html).to.include('value="@alice:test"');
    });

    it('speaks Russian to those who do', async () => {
      const page = await fetch(`${server.url}/_guildhall/oauth/login`, {
        headers: { 'Accept-Language': 'ru-RU,en' },
      });
      expect(await page.text())
        .to.include('lang="ru"')
        .and.to.include('Войти');
    });
  });

  describe('what is not right', () => {
    it('sends nobody to an address that the app has not registered', async () => {
      const app = await register();
      for (const address of [
        'https://evil.example/',
        'https://example.io/callback/x',
        'http://localhost:1/callback',
      ]) {
        const { url } = await authorization(app, { redirect_uri: address });
        const page = await browser.open(url.href);
        expect(page.status, address).to.equal(400);
        expect(page.leftTo).to.equal(undefined);
      }
    });

    it('tells the app what is wrong with its request', async () => {
      const app = await register();
      for (const [params, error] of [
        [{ scope: API }, 'invalid_scope'],
        [{ scope: `${DEVICE}EXAMPLEDEVICE` }, 'invalid_scope'],
        [{ scope: `${API} ${DEVICE}ONE ${DEVICE}TWO` }, 'invalid_scope'],
        [{ scope: `${API} ${DEVICE}A/B` }, 'invalid_scope'],
        [{ response_type: 'token' }, 'unsupported_response_type'],
        [{ code_challenge_method: 'plain' }, 'invalid_request'],
        [{ code_challenge: 'short' }, 'invalid_request'],
        [{ response_mode: 'form_post' }, 'invalid_request'],
        [{ prompt: 'none' }, 'login_required'],
      ] as const) {
        const { url } = await authorization(app, params);
        const { leftTo = '' } = await browser.open(url.href);
        expect(new URL(leftTo).searchParams.get('error'), JSON.stringify(params)).to.equal(error);
      }
    });

    it('takes a code once, with the right verifier, from the app that it is for', async () => {
      const [app, other] = [await register(), await register({ client_name: 'Other App' })];
      const { verifier, url } = await authorization(app);
      let page = await signIn(await browser.open(url.href));
      const codeFor = async () => {
        const { leftTo = '' } = await browser.submit(page, '/authorize', { decision: 'allow' });
        page = await browser.open(url.href);
        return new URL(leftTo);
      };
      const grant = (asking: oauth.Configuration, answer: URL, pkceCodeVerifier: string) =>
        oauth.authorizationCodeGrant(asking, answer, { pkceCodeVerifier, expectedState: 'the state' });
      const refused = (asking: oauth.Configuration, answer: URL, pkceCodeVerifier: string) =>
        grant(asking, answer, pkceCodeVerifier).then(
          () => 'granted',
          (error: unknown) => (error as { error?: string }).error,
        );
      expect(await refused(app, await codeFor(), oauth.randomPKCECodeVerifier())).to.equal('invalid_grant');
      expect(await refused(other, await codeFor(), verifier)).to.equal('invalid_grant');
      const used = await codeFor();
      const { access_token: token } = await grant(app, used, verifier);
      expect(await refused(app, used, verifier)).to.equal('invalid_grant');
      expect((await whoami(token)).status).to.equal(200);
    });

    it('takes no form from another site, and none from before signing in', async () => {
      const { url } = await authorization(await register());
      const login = await browser.open(url.href);
      const stranger = new TextBrowser(server.url);
      expect(
        (await stranger.submit(login, '/login', { user: 'alice', password: 'password of alice' })).status,
      ).to.equal(403);
      await signIn(login);
      expect((await signIn(login)).status).to.equal(403);
    });

    it('leads nowhere but to its own pages after signing in', async () => {
      for (const next of [
        'https://evil.example/',
        '//evil.example/',
        '/\\evil.example',
        '/_guildhall/oauthx',
      ]) {
        const page = await browser.open(`/_guildhall/oauth/login?${new URLSearchParams({ next })}`);
        expect(page.html).not.to.include('evil');
      }
    });

    it('shows pages in no frame, and runs nothing in them', async () => {
      const policy = (await browser.open('/_guildhall/oauth/login')).headers.get('content-security-policy');
      expect(policy).to.include("default-src 'none'").and.to.include("frame-ancestors 'none'");
      expect(policy).not.to.include('script');
    });

    it('escapes what an app says of itself', async () => {
      const { url } = await authorization(await register({ client_name: '<b>"App"</b>' }));
      const consent = await signIn(await browser.open(url.href));
      expect(consent.html).not.to.include('<b>');
    });

    it('answers nonsense at the token endpoint as OAuth does', async () => {
      for (const [form, error] of [
        ['', 'invalid_client'],
        ['client_id=nobody&grant_type=refresh_token&refresh_token=x', 'invalid_client'],
        ['client_id=nobody&client_secret=x&grant_type=password&username=alice&password=x', 'invalid_client'],
      ] as const) {
        const response = await fetch(`${server.url}/_guildhall/oauth/token`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
          body: form,
        });
        expect(response.status, form).to.be.within(400, 401);
        expect(await response.json(), form).to.include({ error });
      }
    });
  });

  describe('keeping a session', () => {
    it('gives new tokens for a refresh token, again while none of them was used', async () => {
      const app = await register();
      const tokens = await session(app);
      expect(tokens.expires_in).to.be.within(1, 300);
      await oauth.refreshTokenGrant(app, tokens.refresh_token ?? '');
      const second = await oauth.refreshTokenGrant(app, tokens.refresh_token ?? '');
      expect((await whoami(second.access_token)).status).to.equal(200);
      const late = await oauth
        .refreshTokenGrant(app, tokens.refresh_token ?? '')
        .catch((error: unknown) => error);
      expect(late).to.include({ error: 'invalid_grant' });
    });

    it('gives a refresh token to the app that it is for, and to no other', async () => {
      const tokens = await session(await register());
      const other = await register({ client_name: 'Other App' });
      const refused = await oauth
        .refreshTokenGrant(other, tokens.refresh_token ?? '')
        .catch((error: unknown) => error);
      expect(refused).to.include({ error: 'invalid_grant' });
    });

    it('ends the session and its device when a token is revoked, by the app alone', async () => {
      const [app, other] = [await register(), await register({ client_name: 'Other App' })];
      const tokens = await session(app);
      const refused = await oauth
        .tokenRevocation(other, tokens.access_token)
        .catch((error: unknown) => error);
      expect(refused).to.include({ error: 'unauthorized_client' });
      expect((await whoami(tokens.access_token)).status).to.equal(200);
      await oauth.tokenRevocation(app, tokens.refresh_token ?? '');
      expect((await whoami(tokens.access_token)).status).to.equal(401);
      await oauth.tokenRevocation(app, tokens.refresh_token ?? '');
    });

    it('signs browsers out when the password changes', async () => {
      const user = await server.user('carol');
      const { url } = await authorization(await register());
      await signIn(await browser.open(url.href), 'carol');
      const auth = {
        type: 'm.login.password',
        identifier: { type: 'm.id.user', user: 'carol' },
        password: 'password of carol',
      };
      const path = '/_matrix/client/v3/account/password';
      const changed = await server.request(
        'POST',
        path,
        { new_password: 'another password', auth },
        user.accessToken,
      );
      expect(changed.status).to.equal(200);
      expect((await browser.open(url.href)).html).to.include('name="password"');
    });
  });
});
