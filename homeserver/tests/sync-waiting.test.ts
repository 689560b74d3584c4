import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { parseStreamToken } from '../src/stream/index.ts';
import { describeEvents, filtered, SyncSession } from '../test-kit/sync-session.ts';
import { TestServer } from '../test-kit/test-server.ts';
import { roomPath, type TestUser } from '../test-kit/test-user.ts';

const SYNC = '/_matrix/client/v3/sync';
const LONG = { timeout: '20000' };

describe('a sync that waits', () => {
  let server: TestServer;
  let alice: TestUser;
  let bob: TestUser;
  let room: string;
  before(async () => {
    server = await TestServer.start();
    alice = await server.register('alice');
    bob = await server.register('bob');
  });
  after(() => server.stop());
  beforeEach(async () => {
    room = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(room);
  });

  /** Lets a request get as far as waiting. */
  const settle = () => delay(30);

  it('answers as soon as there is an event', async () => {
    const session = await SyncSession.begin(bob);
    const waiting = session.nextOf(room, LONG);
    await settle();
    await alice.say(room, 'wake up');
    expect(describeEvents((await waiting).timeline.events)).to.deep.equal(['wake up']);
  });

  it('answers as soon as the user is invited, types, reads, or changes their account data', async () => {
    const event = await alice.say(room, 'hello');
    const path = `/_matrix/client/v3/user/${encodeURIComponent(bob.userId)}`;
    const causes: (() => Promise<unknown>)[] = [
      () => alice.createRoom({ invite: [bob.userId] }),
      () => alice.ok('PUT', `${roomPath(room)}/typing/${encodeURIComponent(alice.userId)}`, { typing: true }),
      () => alice.ok('POST', `${roomPath(room)}/receipt/m.read/${encodeURIComponent(event)}`, {}),
      () => bob.ok('PUT', `${path}/account_data/org.example.setting`, { value: 1 }),
      () => alice.ok('POST', `${roomPath(room)}/kick`, { user_id: bob.userId }),
    ];
    const session = await SyncSession.begin(bob);
    for (const cause of causes) {
      const started = Date.now();
      const waiting = session.next(LONG);
      await settle();
      await cause();
      const body = await waiting;
      expect(body.rooms ?? body.account_data).not.to.equal(undefined);
      expect(Date.now() - started).to.be.below(5000);
    }
  });

  it('answers with nothing but a new token when the time is over', async () => {
    const session = await SyncSession.begin(bob);
    const started = Date.now();
    const body = await session.next({ timeout: '120' });
    expect(Date.now() - started).to.be.within(100, 3000);
    expect(body).not.to.have.any.keys('rooms', 'presence', 'account_data');
    expect(parseStreamToken(body.next_batch)).not.to.equal(undefined);
  });

  it('waits on when what happens is not for the client', async () => {
    const session = await SyncSession.begin(
      bob,
      filtered({ room: { timeline: { types: ['m.room.message'] } } }),
    );
    const waiting = session.nextOf(room, LONG);
    await settle();
    await alice.send(room, 'org.example.noise', {});
    await settle();
    await alice.say(room, 'news');
    expect(describeEvents((await waiting).timeline.events)).to.deep.equal(['news']);
  });

  it('loses nothing and repeats nothing, however events and requests fall together', async () => {
    const session = await SyncSession.begin(bob);
    const texts = Array.from({ length: 60 }, (_none, index) => `m${index}`);
    const sending = (async () => {
      for (const text of texts) await alice.say(room, text);
    })();
    const seen: string[] = [];
    while (seen.length < texts.length) {
      const part = await session.nextOf(room, LONG);
      if (part !== undefined) seen.push(...describeEvents(part.timeline.events));
    }
    await sending;
    expect(seen).to.deep.equal(texts);
  });

  it('does not wait at the beginning, or without a timeout, or with full_state', async () => {
    const session = new SyncSession(bob);
    await session.next(LONG);
    await session.next();
    await session.next({ ...LONG, full_state: 'true' });
  });

  it('goes on with the same token after a restart of the server', async () => {
    const session = await SyncSession.begin(bob);
    await alice.say(room, 'before');
    await server.restart();
    await alice.say(room, 'after');
    const { timeline } = await session.nextOf(room);
    expect(describeEvents(timeline.events)).to.deep.equal(['before', 'after']);
    expect(timeline.limited).to.equal(false);
  });

  it('is answered at once when the server stops', async () => {
    const session = await SyncSession.begin(bob);
    const started = Date.now();
    const waiting = session.next(LONG);
    await settle();
    await server.restart();
    const body = await waiting;
    expect(Date.now() - started).to.be.below(4000);
    expect(body).not.to.have.property('rooms');
    await alice.say(room, 'after');
    expect(describeEvents((await session.nextOf(room)).timeline.events)).to.deep.equal(['after']);
  });

  it('begins anew with a token of another life of the database, or of a future that was lost', async () => {
    const session = await SyncSession.begin(bob);
    const token = parseStreamToken(String(session.since));
    for (const since of [
      `sother.${token?.position}.${token?.ephemeral}`,
      `s${token?.epoch}.${(token?.position ?? 0) + 1000}.0`,
    ]) {
      const body = await bob.sync({ since, set_presence: 'offline', ...LONG });
      expect(describeEvents(body.rooms.join[room].timeline.events)).to.include(`m.room.member ${bob.userId}`);
    }
  });

  it('is refused with what is no token, filter or number', async () => {
    for (const query of [
      'since=nonsense',
      'filter=nonsense',
      'filter={',
      'filter={"room":{"rooms":"all"}}',
      'filter={"room":{"timeline":{"limit":-1}}}',
      'timeout=soon',
      'timeout=-1',
      'full_state=perhaps',
      'set_presence=asleep',
      'use_state_after=1',
    ]) {
      const { status, body } = await bob.request('GET', `${SYNC}?${query}`);
      expect(status, query).to.equal(400);
      expect(body.errcode, query).to.be.oneOf(['M_INVALID_PARAM', 'M_BAD_JSON', 'M_NOT_JSON']);
    }
  });

  it('is for people with an access token', async () => {
    const { status, body } = await server.request('GET', SYNC);
    expect([status, body.errcode]).to.deep.equal([401, 'M_MISSING_TOKEN']);
  });
});
