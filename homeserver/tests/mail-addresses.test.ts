import { expect } from 'chai';
import { type AccountClient, type AccountsServer, startAccountsServer } from '../test-kit/accounts-server.ts';
import { startMailServer, type TestMailServer } from '../test-kit/mail-server.ts';
import { ShiftedClock } from '../test-kit/shifted-clock.ts';

const CLIENT_SECRET = 'a.client-secret';
const EMAIL = 'm.login.email.identity';
const password = 'a good password';

describe('mail addresses', () => {
  let mail: TestMailServer;
  let server: AccountsServer;
  let clock: ShiftedClock;
  before(async () => {
    mail = await startMailServer();
    clock = new ShiftedClock();
    server = await startAccountsServer({ SMTP_URL: mail.url, MAIL_FROM: 'Us <us@test.example>' }, { clock });
  });
  after(async () => {
    await server.stop();
    await mail.stop();
  });

  const ask = (path: string, email: string, more: object = {}) =>
    server.anonymous('POST', `/v3/${path}/email/requestToken`, {
      client_secret: CLIENT_SECRET,
      email,
      send_attempt: 1,
      ...more,
    });
  const errcode = async (answer: ReturnType<typeof ask>) => {
    const { status, body } = await answer;
    return `${status} ${body.errcode}`;
  };
  /** Follows the link of a mail as people do: opens the page, and presses its button. */
  const follow = async (link: string) => {
    expect((await fetch(link)).status).to.equal(200);
    const { origin, pathname, search } = new URL(link);
    return fetch(origin + pathname, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: search.slice(1),
      redirect: 'manual',
    });
  };
  const creds = (sid: unknown) => ({ sid, client_secret: CLIENT_SECRET });
  const passwordAuth = (name: string, word = `password of ${name}`) => ({
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user: name },
    password: word,
  });
  /** Adds an address to a user in all steps. */
  const add = async (user: AccountClient, name: string, address: string) => {
    const { body } = await ask('account/3pid', address);
    await follow(mail.take(address).link);
    await user.post('/v3/account/3pid/add', { ...creds(body.sid), auth: passwordAuth(name) });
  };

  it('are added once the link in the mail was followed, and taken away again', async () => {
    const alice = await server.user('alice');
    const { status, body } = await ask('account/3pid', 'Alice@Test.example');
    expect(status).to.equal(200);
    const received = mail.take('alice@test.example');
    expect(received.from).to.equal('us@test.example');
    expect(received.source).to.include('text/plain').and.to.include('text/html');
    const early = { ...creds(body.sid), auth: passwordAuth('alice') };
    expect(await alice.refusal('POST', '/v3/account/3pid/add', early)).to.equal('400 M_THREEPID_AUTH_FAILED');
    expect((await follow(received.link)).status).to.equal(200);
    const asked = await alice.request('POST', '/v3/account/3pid/add', creds(body.sid));
    expect(asked.status).to.equal(401);
    await alice.post('/v3/account/3pid/add', {
      ...creds(body.sid),
      auth: { ...passwordAuth('alice'), session: asked.body.session },
    });
    const { threepids } = await alice.get('/v3/account/3pid');
    expect(threepids).to.have.lengthOf(1);
    expect((threepids as object[])[0]).to.include({ medium: 'email', address: 'alice@test.example' });
    const gone = { medium: 'email', address: 'Alice@test.example' };
    expect(await alice.post('/v3/account/3pid/delete', gone)).to.deep.equal({
      id_server_unbind_result: 'no-support',
    });
    expect(await alice.get('/v3/account/3pid')).to.deep.equal({ threepids: [] });
  });

  it('can be added in the form that older clients know', async () => {
    const hank = await server.user('hank');
    const { body } = await ask('account/3pid', 'hank@test.example');
    const old = { three_pid_creds: { ...creds(body.sid), id_server: 'id.example', id_access_token: 'none' } };
    expect(await hank.refusal('POST', '/v3/account/3pid', old)).to.equal('400 M_THREEPID_AUTH_FAILED');
    await follow(mail.take('hank@test.example').link);
    await hank.post('/v3/account/3pid', old);
    const { threepids } = await hank.get('/v3/account/3pid');
    expect(threepids).to.have.lengthOf(1);
    expect((threepids as object[])[0]).to.include({ medium: 'email', address: 'hank@test.example' });
  });

  it('are not confirmed by programs that only open links', async () => {
    const alice = await server.user('opener');
    const { body } = await ask('account/3pid', 'opened@test.example');
    await fetch(mail.take('opened@test.example').link);
    const wish = { ...creds(body.sid), auth: passwordAuth('opener') };
    expect(await alice.refusal('POST', '/v3/account/3pid/add', wish)).to.equal('400 M_THREEPID_AUTH_FAILED');
  });

  it('get one mail an attempt, and lead on to where the app wants', async () => {
    const next = { next_link: 'https://app.example/#/next', client_secret: 'another' };
    const first = await ask('account/3pid', 'often@test.example', next);
    const again = await ask('account/3pid', 'often@test.example', next);
    expect(again.body).to.deep.equal(first.body);
    const { link } = mail.take('often@test.example');
    expect(() => mail.take('often@test.example')).to.throw();
    const second = await ask('account/3pid', 'often@test.example', { ...next, send_attempt: 2 });
    expect(second.body).to.deep.equal(first.body);
    expect(mail.take('often@test.example').link).to.equal(link);
    const followed = await follow(link);
    expect(followed.status).to.equal(303);
    expect(followed.headers.get('location')).to.equal('https://app.example/#/next');
  });

  it('belong to one account only, which can be logged in to with them', async () => {
    const bob = await server.user('bob');
    await add(bob, 'bob', 'bob@test.example');
    expect(await errcode(ask('account/3pid', 'bob@test.example'))).to.equal('400 M_THREEPID_IN_USE');
    expect(await errcode(ask('register', 'bob@test.example'))).to.equal('400 M_THREEPID_IN_USE');
    const login = (address: string) =>
      server.anonymous('POST', '/v3/login', {
        type: 'm.login.password',
        identifier: { type: 'm.id.thirdparty', medium: 'email', address },
        password: 'password of bob',
      });
    expect((await login('BOB@test.example')).body).to.include({ user_id: '@bob:test' });
    expect((await login('nobody@test.example')).body.errcode).to.equal('M_FORBIDDEN');
  });

  it('that two confirm at once become those of the first', async () => {
    const [one, other] = [await server.user('one'), await server.user('other')];
    const first = await ask('account/3pid', 'shared@test.example');
    await follow(mail.take('shared@test.example').link);
    const second = await ask('account/3pid', 'shared@test.example', { client_secret: 'second' });
    await follow(mail.take('shared@test.example').link);
    await one.post('/v3/account/3pid/add', { ...creds(first.body.sid), auth: passwordAuth('one') });
    const late = { sid: second.body.sid, client_secret: 'second', auth: passwordAuth('other') };
    expect(await other.refusal('POST', '/v3/account/3pid/add', late)).to.equal('400 M_THREEPID_IN_USE');
  });

  it('let people set a forgotten password, which logs their devices out', async () => {
    const carol = await server.user('carol');
    await add(carol, 'carol', 'carol@test.example');
    expect(await errcode(ask('account/password', 'nobody@test.example'))).to.equal(
      '400 M_THREEPID_NOT_FOUND',
    );
    const { body } = await ask('account/password', 'carol@test.example');
    const reset = (auth?: object) =>
      server.anonymous('POST', '/v3/account/password', { new_password: 'brand new one', auth });
    const asked = await reset();
    expect(asked.status).to.equal(401);
    expect(asked.body.flows).to.deep.equal([{ stages: [EMAIL] }]);
    const auth = { type: EMAIL, threepid_creds: creds(body.sid), session: asked.body.session };
    const early = await reset(auth);
    expect(early.status).to.equal(401);
    expect(early.body).to.include({ errcode: 'M_UNAUTHORIZED', session: asked.body.session });
    await follow(mail.take('carol@test.example').link);
    expect((await reset(auth)).status).to.equal(200);
    expect(await carol.refusal('GET', '/v3/account/whoami')).to.equal('401 M_UNKNOWN_TOKEN');
    await server.login('carol', { password: 'brand new one' });
    expect((await reset(auth)).status, 'a second time').to.equal(401);
  });

  it('confirmed for one thing count for no other', async () => {
    const dave = await server.user('dave');
    await add(dave, 'dave', 'dave@test.example');
    const { body } = await ask('register', 'new-dave@test.example');
    await follow(mail.take('new-dave@test.example').link);
    const auth = { type: EMAIL, threepid_creds: creds(body.sid) };
    const reset = await server.anonymous('POST', '/v3/account/password', { new_password: password, auth });
    expect(reset.status).to.equal(401);
    const wish = { ...creds(body.sid), auth: passwordAuth('dave') };
    expect(await dave.refusal('POST', '/v3/account/3pid/add', wish)).to.equal('400 M_THREEPID_AUTH_FAILED');
  });

  it('can be shown when registering', async () => {
    const { body } = await ask('register', 'erin@test.example');
    await follow(mail.take('erin@test.example').link);
    const asked = await server.anonymous('POST', '/v3/register', { username: 'erin', password });
    expect(asked.body.flows).to.deep.include.members([{ stages: ['m.login.dummy'] }, { stages: [EMAIL] }]);
    const auth = { type: EMAIL, threepid_creds: creds(body.sid), session: asked.body.session };
    const made = await server.anonymous('POST', '/v3/register', { username: 'erin', password, auth });
    expect(made.status, JSON.stringify(made.body)).to.equal(200);
    const erin = await server.login('erin', { password });
    const { threepids } = await erin.get('/v3/account/3pid');
    expect((threepids as object[])[0]).to.include({ address: 'erin@test.example' });
    const again = await server.anonymous('POST', '/v3/register', { username: 'erin2', password, auth });
    expect(again.status).to.equal(401);
  });

  it('can be demanded of everybody who registers', async () => {
    const strict = await startAccountsServer({ SMTP_URL: mail.url, REGISTRATION_EMAIL: 'required' });
    try {
      const { body } = await strict.anonymous('POST', '/v3/register', {});
      // The second is for the first admin, who is still awaited.
      expect(body.flows).to.deep.equal([{ stages: [EMAIL] }, { stages: ['m.login.registration_token'] }]);
    } finally {
      await strict.stop();
    }
  });

  it('go with the account', async () => {
    const frank = await server.user('frank');
    await add(frank, 'frank', 'frank@test.example');
    await frank.post('/v3/account/deactivate', { auth: passwordAuth('frank') });
    expect((await ask('register', 'frank@test.example')).status).to.equal(200);
    mail.take('frank@test.example');
  });

  it('refuse what has the wrong form', async () => {
    for (const email of [
      '',
      'nobody',
      'a@b@c',
      'a b@c.de',
      'a@c.de,x@y.de',
      '<a@c.de>',
      'a\r\nBcc: x@y.de',
    ]) {
      expect(await errcode(ask('account/3pid', email)), email).to.equal('400 M_INVALID_PARAM');
    }
    const refused = (more: object) => errcode(ask('account/3pid', 'x@test.example', more));
    expect(await refused({ client_secret: 'with space' })).to.equal('400 M_INVALID_PARAM');
    expect(await refused({ send_attempt: -1 })).to.equal('400 M_INVALID_PARAM');
    expect(await refused({ send_attempt: 'x' })).to.equal('400 M_BAD_JSON');
    expect(await refused({ next_link: 'javascript:alert(1)' })).to.equal('400 M_INVALID_PARAM');
    const bare = await server.anonymous('POST', '/v3/account/3pid/email/requestToken', {});
    expect(bare.body.errcode).to.equal('M_MISSING_PARAM');
    const user = await server.user('forms');
    const add = '/v3/account/3pid/add';
    expect(await user.refusal('POST', add, { sid: 'x' })).to.equal('400 M_MISSING_PARAM');
    const unknown = { ...creds('nothing'), auth: passwordAuth('forms') };
    expect(await user.refusal('POST', add, unknown)).to.equal('400 M_THREEPID_AUTH_FAILED');
    expect((await server.anonymous('POST', add, creds('x'))).status).to.equal(401);
    expect((await server.anonymous('GET', '/v3/account/3pid')).status).to.equal(401);
  });

  it('have links that end, and that nobody can make up', async () => {
    await ask('account/3pid', 'late@test.example');
    const { link } = mail.take('late@test.example');
    expect((await fetch(link.replace(/token=.{4}/, 'token=AAAA'))).status).to.equal(404);
    expect((await fetch(link.replace(/token=[^&]*/, ''))).status).to.equal(400);
    clock.set(Date.now() + 60 * 60_000);
    try {
      const late = await fetch(link);
      expect(late.status).to.equal(404);
      expect(late.headers.get('content-type')).to.match(/^text\/html/);
    } finally {
      clock.set(Date.now());
    }
  });

  it('say so when the mail server does not take the mail', async () => {
    mail.refuse = true;
    expect(await errcode(ask('account/3pid', 'refused@test.example'))).to.equal('502 M_UNKNOWN');
    mail.refuse = false;
    expect((await ask('account/3pid', 'refused@test.example')).status, 'the same attempt again').to.equal(
      200,
    );
    mail.take('refused@test.example');
  });

  it('are not bound at identity servers, and are no telephone numbers', async () => {
    const user = await server.user('plain');
    const bind = { ...creds('x'), id_server: 'id.example', id_access_token: 'x' };
    expect(await user.refusal('POST', '/v3/account/3pid/bind', bind)).to.equal('403 M_SERVER_NOT_TRUSTED');
    const unbind = { medium: 'email', address: 'x@test.example' };
    expect(await user.post('/v3/account/3pid/unbind', unbind)).to.deep.equal({
      id_server_unbind_result: 'no-support',
    });
    for (const path of ['register', 'account/3pid', 'account/password']) {
      const { status, body } = await server.anonymous('POST', `/v3/${path}/msisdn/requestToken`, {
        client_secret: CLIENT_SECRET,
        country: 'DE',
        phone_number: '030',
        send_attempt: 1,
      });
      expect(`${status} ${body.errcode}`, path).to.equal('400 M_THREEPID_MEDIUM_NOT_SUPPORTED');
    }
  });

  it('do not exist on a server that sends no mail', async () => {
    const bare = await startAccountsServer();
    try {
      for (const path of ['register', 'account/3pid', 'account/password']) {
        const { body } = await bare.anonymous('POST', `/v3/${path}/email/requestToken`, {
          client_secret: CLIENT_SECRET,
          email: 'a@test.example',
          send_attempt: 1,
        });
        expect(body.errcode, path).to.equal('M_THREEPID_MEDIUM_NOT_SUPPORTED');
      }
    } finally {
      await bare.stop();
    }
  });
});
