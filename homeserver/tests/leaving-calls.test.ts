import { expect } from 'chai';
import { TokenVerifier } from 'livekit-server-sdk';
import { callName, memberName } from '../src/realtime/calls/call-names.ts';
import { eventually } from '../test-kit/eventually.ts';
import { type FakeLiveKit, LIVEKIT_KEYS, signNews, startFakeLiveKit } from '../test-kit/fake-livekit.ts';
import { ShiftedClock } from '../test-kit/shifted-clock.ts';
import { TestServer } from '../test-kit/test-server.ts';
import type { TestResponse, TestUser } from '../test-kit/test-user.ts';

const V1 = '/_matrix/client/v1/rtc/livekit';
const UNSTABLE = '/_matrix/client/unstable/io.element.msc4195/rtc/livekit';
const DELAYED = '/_matrix/client/unstable/org.matrix.msc4140/delayed_events';
const MEMBER_EVENT = 'org.matrix.msc3401.call.member';
const HOUR_MS = 3_600_000;

/** Somebody who was let into a call. */
interface Caller {
  readonly user: TestUser;
  /** The call and their name in it, as the fake has them. */
  readonly place: string;
  readonly call: string;
}

describe('leaving calls', function () {
  this.timeout(60_000);
  let liveKit: FakeLiveKit;
  let server: TestServer;
  let clock: ShiftedClock;
  let alice: TestUser;
  let roomId: string;
  let names = 0;

  before(async () => {
    liveKit = await startFakeLiveKit();
    clock = new ShiftedClock();
    server = await TestServer.start({ LIVEKIT_URL: liveKit.url, ...LIVEKIT_KEYS }, { clock });
    alice = await server.register('alice');
  });
  beforeEach(async () => {
    const created = await alice.request('POST', '/_matrix/client/v3/createRoom', {
      preset: 'public_chat',
      power_level_content_override: { events: { [MEMBER_EVENT]: 0 } },
    });
    roomId = String(created.body.room_id);
  });
  after(async () => {
    await server.stop();
    await liveKit.stop();
  });

  const inRoom = (rest: string): string => `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/${rest}`;

  async function join(): Promise<TestUser> {
    names += 1;
    const user = await server.register(`caller${names}`);
    await user.request('POST', inRoom('join'), {});
    return user;
  }

  async function letIn(user: TestUser, more: object = {}): Promise<Caller> {
    const member = { url: liveKit.url, room_id: roomId, slot_id: 'm.call#ROOM', member_id: 'm1', ...more };
    const { body } = await user.request('POST', `${V1}/get_token`, member);
    const { LIVEKIT_API_KEY: key, LIVEKIT_API_SECRET: secret } = LIVEKIT_KEYS;
    const { sub, video } = await new TokenVerifier(key, secret).verify(String(body.jwt));
    return { user, call: String(video?.room), place: `${video?.room} ${sub}` };
  }

  const tell = async (event: string, { call, place }: Caller): Promise<Response> => {
    const news = await signNews(event, call, place.slice(call.length + 1));
    return fetch(`${server.url}/livekit/jwt/sfu_webhook`, { method: 'POST', ...news });
  };
  const enter = async (caller: Caller): Promise<void> => {
    liveKit.members.add(caller.place);
    expect((await tell('participant_joined', caller)).status).to.equal(200);
  };
  const isIn = ({ place }: Caller) => liveKit.members.has(place);

  /** Says that somebody is in the call, and later, unless it is put off, that they are not. */
  async function sayIn(user: TestUser, delayMs = HOUR_MS): Promise<string> {
    const state = inRoom(`state/${MEMBER_EVENT}/${encodeURIComponent(`_${user.userId}_DEV_m.call`)}`);
    const later = await user.request('PUT', `${state}?org.matrix.msc4140.delay=${delayMs}`, {});
    await user.request('PUT', state, { application: 'm.call' });
    return String(later.body.delay_id);
  }
  const saysIn = async (user: TestUser): Promise<boolean> => {
    const key = encodeURIComponent(`_${user.userId}_DEV_m.call`);
    const { body } = await user.request('GET', inRoom(`state/${MEMBER_EVENT}/${key}`));
    return body.application === 'm.call';
  };
  const delegate = async (user: TestUser, delayId: string, path = V1): Promise<TestResponse> =>
    user.request('POST', `${path}/delegate_delayed_leave`, {
      url: liveKit.url,
      room_id: roomId,
      slot_id: 'm.call#ROOM',
      member_id: 'm1',
      delay_id: delayId,
    });

  it('happens to whoever is thrown out of the room, banned from it, or leaves it', async () => {
    const [kicked, banned, leaver, stays] = await Promise.all(
      [1, 2, 3, 4].map(async () => letIn(await join())),
    );
    if (!kicked || !banned || !leaver || !stays) throw new Error('there are four');
    for (const caller of [kicked, banned, leaver, stays]) await enter(caller);
    await alice.request('POST', inRoom('kick'), { user_id: kicked.user.userId });
    await alice.request('POST', inRoom('ban'), { user_id: banned.user.userId });
    await leaver.user.request('POST', inRoom('leave'), {});
    await eventually(async () => ![kicked, banned, leaver].some(isIn));
    expect(isIn(stays)).to.equal(true);
  });

  it('happens again to who comes back with the token that they have', async () => {
    const caller = await letIn(await join());
    await alice.request('POST', inRoom('kick'), { user_id: caller.user.userId });
    await enter(caller);
    await eventually(async () => !isIn(caller));
  });

  it('happens although LiveKit was away at first, and tells nothing', async () => {
    const caller = await letIn(await join());
    liveKit.members.add(caller.place);
    liveKit.isDown = true;
    const before = liveKit.unanswered;
    try {
      await alice.request('POST', inRoom('kick'), { user_id: caller.user.userId });
      await eventually(async () => liveKit.unanswered > before);
    } finally {
      liveKit.isDown = false;
    }
    clock.set(clock.now() + 15_000);
    // Whoever gives the server another job lets it see what time it is.
    await sayIn(alice);
    await eventually(async () => !isIn(caller));
  });

  for (const path of [V1, UNSTABLE]) {
    it(`is said in the room for who has asked for it under ${path}`, async () => {
      const caller = await letIn(await join());
      const delayId = await sayIn(caller.user);
      await enter(caller);
      expect((await delegate(caller.user, delayId, path)).status).to.equal(200);
      await enter(caller);
      liveKit.members.delete(caller.place);
      await tell('participant_left', caller);
      await eventually(async () => !(await saysIn(caller.user)));
    });
  }

  for (const [path, how] of [
    ['/sfu/get', 'state'],
    ['/get_token', 'a sticky event'],
    ['/delegate_delayed_leave', 'a sticky event, in a call already'],
  ] as const) {
    it(`is said for who asks the service beside LiveKit, with ${how}`, async () => {
      const user = await join();
      const delayId = await sayIn(user);
      const openId = `/_matrix/client/v3/user/${encodeURIComponent(user.userId)}/openid/request_token`;
      const { body: token } = await user.request('POST', openId, {});
      const shown = { openid_token: token, delay_id: delayId, delay_timeout: HOUR_MS };
      const member = { id: 'm1', claimed_user_id: user.userId, claimed_device_id: 'DEV' };
      const asked =
        path === '/sfu/get'
          ? { ...shown, room: roomId, device_id: 'DEV' }
          : { ...shown, room_id: roomId, slot_id: 'm.call#ROOM', member };
      const answer = await server.request('POST', `/livekit/jwt${path}`, asked);
      expect(answer.status).to.equal(200);
      const call = callName(roomId, 'm.call#ROOM');
      const name =
        path === '/sfu/get'
          ? `${user.userId}:DEV`
          : memberName(user.userId, member.id, member.claimed_device_id);
      const caller = { user, call, place: `${call} ${name}` };
      await enter(caller);
      liveKit.members.delete(caller.place);
      await tell('participant_left', caller);
      await eventually(async () => !(await saysIn(user)));
    });
  }

  it('is put off for as long as they are in the call', async () => {
    const caller = await letIn(await join());
    const delayId = await sayIn(caller.user);
    await delegate(caller.user, delayId);
    await enter(caller);
    const runningSince = async (): Promise<number> => {
      const { body } = await caller.user.request('GET', DELAYED);
      const [waiting] = body.scheduled as { running_since: number }[];
      return waiting?.running_since ?? 0;
    };
    const before = await runningSince();
    clock.set(clock.now() + HOUR_MS / 2);
    await tell('participant_joined', caller);
    await eventually(async () => (await runningSince()) > before);
    expect(await saysIn(caller.user)).to.equal(true);
  });

  it('is said for who never came, once they cannot come any more', async () => {
    const caller = await letIn(await join());
    const delayId = await sayIn(caller.user);
    await delegate(caller.user, delayId);
    await tell('room_finished', caller);
    clock.set(clock.now() + 11 * 60_000);
    await tell('room_finished', caller);
    await eventually(async () => !(await saysIn(caller.user)));
  });

  it('is not said for others, nor for short delays, nor for what is over', async () => {
    const refused = { status: 400, 'body.errcode': 'M_BAD_JSON' };
    const [caller, other] = [await letIn(await join()), await join()];
    const delayId = await sayIn(caller.user);
    await letIn(other);
    expect(await delegate(other, delayId)).to.nested.include(refused);
    const short = await sayIn(caller.user, HOUR_MS - 1);
    expect(await delegate(caller.user, short)).to.nested.include(refused);
    await server.request('POST', `${DELAYED}/${delayId}/cancel`, {});
    expect(await delegate(caller.user, delayId)).to.nested.include(refused);
    const elsewhere = await caller.user.request('POST', `${V1}/delegate_delayed_leave`, {
      url: 'wss://elsewhere.example',
      room_id: roomId,
      slot_id: 's',
      member_id: 'm1',
      delay_id: delayId,
    });
    expect(elsewhere).to.nested.include({ status: 400, 'body.errcode': 'M_INVALID_PARAM' });
  });

  it('is heard of from LiveKit alone', async () => {
    const { body, headers } = await signNews(
      'participant_left',
      'a call',
      'x',
      'another secret of thirty-two characters!',
    );
    const url = `${server.url}/livekit/jwt/sfu_webhook`;
    const ask = (init: RequestInit) => fetch(url, { method: 'POST', ...init });
    expect((await ask({ body, headers })).status).to.equal(401);
    expect((await ask({ body })).status).to.equal(401);
    const signed = await signNews('participant_left', 'a call');
    expect((await ask({ ...signed, body: `${signed.body} ` })).status).to.equal(401);
    expect((await ask({ body: 'x'.repeat(65_537) })).status).to.equal(413);
    expect((await ask(await signNews('track_published', 'a call'))).status).to.equal(200);
  });
});
