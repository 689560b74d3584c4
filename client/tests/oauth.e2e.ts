import { createHash, randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { expectAccessible } from './test-kit/accessibility.ts';
import { Hall } from './test-kit/hall.ts';

const REDIRECT = 'http://127.0.0.1/callback';
const APP = {
  client_name: 'Example App',
  client_uri: 'https://example.io/',
  application_type: 'native',
  redirect_uris: [REDIRECT],
  grant_types: ['authorization_code', 'refresh_token'],
};

describe('Signing in to an app, in the browser', function () {
  this.timeout(120_000);

  let hall: Hall;
  before(async () => {
    hall = await Hall.open();
    await hall.server.register('ada');
  });
  after(() => hall.close());

  for (const [how, options] of [
    ['with scripts off', { javaScriptEnabled: false }],
    ['over plain HTTP', { overPlainHttp: true }],
  ] as const) {
    it(`leads through the pages and back to the app, ${how}`, async () => {
      const visitor = await hall.visit(options);
      const { page } = visitor;
      const registered = await hall.server.request('POST', '/_guildhall/oauth/register', APP);
      const verifier = randomBytes(32).toString('base64url');
      const back = page.waitForRequest((request) => request.url().startsWith(REDIRECT));
      const query = new URLSearchParams({
        response_type: 'code',
        client_id: String(registered.body.client_id),
        redirect_uri: REDIRECT,
        scope: 'urn:matrix:client:api:* urn:matrix:client:device:EXAMPLEDEVICE',
        state: 'the state',
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      });
      await page.goto(`/_guildhall/oauth/authorize?${query}`);
      await page.getByLabel('User name or mail address').fill('ada');
      await page.getByLabel('Password').fill('password of ada');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { name: 'Let Example App in?' }).waitFor();
      await page.getByRole('button', { name: 'Continue' }).click();
      const answer = new URL((await back).url());
      expect(answer.searchParams.get('state')).to.equal('the state');
      expect(answer.searchParams.get('code')).to.be.a('string');
      // The app's address is another origin, where nobody listens.
      visitor.takeTroubles();
      await hall.dismiss(visitor);
    });
  }

  it('can be read and used by everybody', async () => {
    const visitor = await hall.visit({ colorScheme: 'light' });
    await visitor.page.goto('/_guildhall/oauth/login');
    await expectAccessible(visitor.page, 'signing in to an app');
    await visitor.page.goto('/_guildhall/oauth/sign-up');
    await expectAccessible(visitor.page, 'making an account for an app');
    await hall.dismiss(visitor);
  });
});
