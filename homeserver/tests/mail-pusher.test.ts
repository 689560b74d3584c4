import { expect } from 'chai';
import { eventually } from '../test-kit/eventually.ts';
import { type ReceivedMail, startMailServer, type TestMailServer } from '../test-kit/mail-server.ts';
import { ShiftedClock } from '../test-kit/shifted-clock.ts';
import { TestServer } from '../test-kit/test-server.ts';
import { roomPath, type TestUser } from '../test-kit/test-user.ts';

const CLIENT = '/_matrix/client/v3';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

describe('mails about missed messages', function () {
  this.timeout(30_000);
  let server: TestServer;
  let mailServer: TestMailServer;
  let clock: ShiftedClock;
  let admin: TestUser;
  let alice: TestUser;
  let bob: TestUser;
  let roomId: string;
  let address: string;
  let users = 0;

  before(async () => {
    mailServer = await startMailServer();
    clock = new ShiftedClock();
    server = await TestServer.start(
      { SERVER_NAME: 'test', SMTP_URL: mailServer.url, PUBLIC_URL: 'https://chat.example' },
      { clock },
    );
    admin = await server.registerAdmin('admin');
  });
  beforeEach(async () => {
    users += 1;
    clock.set(Date.now());
    address = `alice-${users}@mail.example`;
    [alice, bob] = [await server.register(`alice-${users}`), await server.register(`bob-${users}`)];
    await admin.ok('PUT', `/_synapse/admin/v2/users/${encodeURIComponent(alice.userId)}`, {
      threepids: [{ medium: 'email', address }],
    });
    roomId = await bob.createRoom({ preset: 'public_chat', name: 'The <hall>' });
    await alice.join(roomId);
    await setPusher(alice, address);
  });
  after(async () => {
    await server.stop();
    await mailServer.stop();
  });

  const pusher = (pushkey: string): object => ({
    app_id: 'm.email',
    pushkey,
    kind: 'email',
    app_display_name: 'Mail',
    device_display_name: pushkey,
    lang: 'en',
    data: {},
  });
  const setPusher = (user: TestUser, pushkey: string): Promise<unknown> =>
    user.ok('POST', `${CLIENT}/pushers/set`, pusher(pushkey));
  const mails = (): ReceivedMail[] => mailServer.mails.filter(({ to }) => to.includes(address));
  const textOf = ({ source }: ReceivedMail): string =>
    source.replaceAll(/=\r?\n/g, '').replaceAll(/\r?\n[ \t]+/g, ' ');
  const onlyMail = (): ReceivedMail => {
    const [mail, ...others] = mails();
    if (mail === undefined || others.length > 0) throw new Error(`there are ${mails().length} mails`);
    return mail;
  };
  async function plannedMail(): Promise<{ id: string; status: string; timestamp_ms: number } | undefined> {
    const path = '/_synapse/admin/v1/scheduled_tasks?action_name=push';
    const { scheduled_tasks: tasks } = await admin.ok('GET', path);
    return tasks.find((task: { resource_id: string }) => task.resource_id.includes(address));
  }
  /** Says something, until it is planned when to send the mail: who is at it must not lose its claim as time jumps. */
  async function say(inRoom: string, body: string): Promise<string> {
    const before = await plannedMail();
    const eventId = await bob.say(inRoom, body);
    await eventually(async () => {
      const planned = await plannedMail();
      // What was said before may have been planned already.
      const isNew = planned !== undefined && planned.id !== before?.id;
      return isNew && planned.status === 'scheduled' && planned.timestamp_ms > clock.now();
    });
    return eventId;
  }
  /** Lets time go by, and has the server look whether there is something to do now. */
  async function pass(milliseconds: number): Promise<void> {
    clock.set(clock.now() + milliseconds);
    const profile = `${CLIENT}/profile/${encodeURIComponent(admin.userId)}/displayname`;
    await admin.ok('PUT', profile, { displayname: `Admin ${Math.random()}` });
  }

  it('come when nobody has read for ten minutes, with all that was missed', async () => {
    await say(roomId, 'are you there?');
    await say(roomId, 'hello <b>');
    expect(mails()).to.have.length(0);
    await pass(11 * MINUTE_MS);
    await eventually(async () => mails().length === 1);
    const text = textOf(onlyMail());
    expect(text).to.contain('Subject: [test] New messages in The <hall>');
    expect(text).to.contain('are you there?').and.contain('hello &#60;b&#62;');
    expect(text).to.contain('List-Unsubscribe: <https://chat.example/_synapse/client/unsubscribe');
    expect(text).to.contain('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
  });

  it('do not come to somebody who has read', async () => {
    const eventId = await say(roomId, 'read at once');
    await alice.ok('POST', `${roomPath(roomId)}/receipt/m.read/${encodeURIComponent(eventId)}`, {});
    await say(roomId, 'not read');
    await pass(11 * MINUTE_MS);
    await eventually(async () => mails().length === 1);
    expect(textOf(onlyMail())).to.contain('not read').and.not.contain('read at once');
  });

  it('leave people in peace for a day while the talk goes on', async () => {
    await say(roomId, 'first');
    await pass(11 * MINUTE_MS);
    await eventually(async () => mails().length === 1);
    await say(roomId, 'second');
    await pass(11 * MINUTE_MS);
    await eventually(async () => mails().length === 2);
    const other = await bob.createRoom({ preset: 'public_chat', name: 'Elsewhere' });
    await alice.join(other);
    await say(roomId, 'third');
    await pass(HOUR_MS);
    // A mail about another room tells of this one as well.
    await say(other, 'sentinel');
    await pass(11 * MINUTE_MS);
    await eventually(async () => mails().length === 3);
    expect(textOf(mails()[2] as ReceivedMail))
      .to.contain('third')
      .and.contain('sentinel');
  });

  it('come later when the mail server takes none', async () => {
    mailServer.refuse = true;
    await say(roomId, 'patience');
    const { refusals } = mailServer;
    await pass(11 * MINUTE_MS);
    await eventually(async () => mailServer.refusals > refusals);
    mailServer.refuse = false;
    await pass(HOUR_MS);
    await eventually(async () => mails().length === 1);
    expect(textOf(onlyMail())).to.contain('patience');
  });

  it('end with the link in each of them, which asks first', async () => {
    await say(roomId, 'one');
    await pass(11 * MINUTE_MS);
    await eventually(async () => mails().length === 1);
    const [, link = ''] = /List-Unsubscribe: <https:\/\/chat\.example([^>]+)>/.exec(textOf(onlyMail())) ?? [];
    const count = async (): Promise<number> => (await alice.ok('GET', `${CLIENT}/pushers`)).pushers.length;
    const post = async (path: string): Promise<number> =>
      (await fetch(server.url + path, { method: 'POST' })).status;
    const page = await server.request('GET', link);
    expect([page.status, page.headers.get('content-type')]).to.deep.equal([200, 'text/html; charset=utf-8']);
    expect(await count()).to.equal(1);
    expect(await post(link.replace('m.email', 'm.other'))).to.equal(403);
    expect(await post(link)).to.equal(200);
    expect(await count()).to.equal(0);
    expect(await post(link)).to.equal(200);
    expect(await post('/_synapse/client/unsubscribe')).to.equal(400);
  });

  it('go to nobody but the user, and no longer when the address is gone', async () => {
    const refused = await bob.request('POST', `${CLIENT}/pushers/set`, pusher(address));
    expect([refused.status, refused.body.errcode]).to.deep.equal([400, 'M_THREEPID_NOT_FOUND']);
    await alice.ok('POST', `${CLIENT}/account/3pid/delete`, { medium: 'email', address });
    expect((await alice.ok('GET', `${CLIENT}/pushers`)).pushers).to.deep.equal([]);
  });
});
