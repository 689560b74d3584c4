import { expect } from 'chai';
import { type ChatClient, roomPath } from '../test-kit/chat-client.ts';
import { type ChatServer, startChatServer } from '../test-kit/chat-server.ts';
import { eventually } from '../test-kit/eventually.ts';
import { ShiftedClock } from '../test-kit/shifted-clock.ts';

const UNSTABLE = '/unstable/org.matrix.msc4140/delayed_events';

describe('delayed events', function () {
  this.timeout(30_000);
  const clock = new ShiftedClock();
  let server: ChatServer;
  let alice: ChatClient;
  let bob: ChatClient;
  let roomId: string;
  let transactions = 0;
  before(async () => {
    server = await startChatServer({ clock });
    [alice, bob] = [await server.user('alice'), await server.user('bob')];
  });
  beforeEach(async () => {
    roomId = await alice.createRoom({
      preset: 'public_chat',
      power_level_content_override: { state_default: 0 },
    });
    await bob.join(roomId);
  });
  after(() => server.stop());

  const sayLater = async (delayMs: number, body: string, txnId?: string): Promise<string> => {
    transactions += 1;
    const path = roomPath(roomId, 'send', 'm.room.message', txnId ?? `d${transactions}`);
    const answer = await alice.put(`${path}?org.matrix.msc4140.delay=${delayMs}`, {
      msgtype: 'm.text',
      body,
    });
    return String(answer.delay_id);
  };
  const setLater = async (delayMs: number, type: string, content: object): Promise<string> => {
    const path = `${roomPath(roomId, 'state', type, '')}?org.matrix.msc4140.delay=${delayMs}`;
    return String((await alice.put(path, content)).delay_id);
  };
  const act = (delayId: string, action: string) =>
    server.anonymous('POST', `${UNSTABLE}/${delayId}/${action}`, {});
  const said = (body: string) => async (): Promise<boolean> => (await bob.history(roomId)).includes(body);

  it('are sent when their time is up, and not before', async () => {
    const delayId = await sayLater(1_500, 'later');
    expect(await bob.history(roomId)).to.deep.equal([]);
    await eventually(said('later'));
    // That it was sent is noted right after it was.
    let ended: Record<string, unknown> | undefined;
    await eventually(async () => {
      const { finalised } = (await alice.get(UNSTABLE)) as { finalised: Record<string, unknown>[] };
      ended = finalised.find(
        ({ delayed_event: event }) => (event as { delay_id: string }).delay_id === delayId,
      );
      return ended !== undefined;
    });
    expect(ended).to.include({ outcome: 'send', reason: 'delay' });
    expect(await alice.event(roomId, String(ended?.event_id))).to.have.nested.property(
      'content.body',
      'later',
    );
  });

  it('can be state', async () => {
    await setLater(200, 'm.room.topic', { topic: 'later' });
    await eventually(async () => {
      const { body } = await bob.request('GET', roomPath(roomId, 'state', 'm.room.topic', ''));
      return body.topic === 'later';
    });
  });

  it('can be put off, sent at once and taken back by whoever knows the ID', async () => {
    const [later, now, never] = [
      await sayLater(60_000, 'put off'),
      await sayLater(60_000, 'at once'),
      await sayLater(60_000, 'never'),
    ];
    expect((await act(later, 'restart')).status).to.equal(200);
    expect((await act(now, 'send')).status).to.equal(200);
    expect((await act(never, 'cancel')).status).to.equal(200);
    expect(await bob.history(roomId)).to.deep.equal(['at once']);
    const { scheduled } = (await alice.get(UNSTABLE)) as { scheduled: { delay_id: string }[] };
    expect(scheduled.map(({ delay_id: delayId }) => delayId))
      .to.include(later)
      .and.not.include(never);
    expect(((await bob.get(UNSTABLE)) as { scheduled: unknown[] }).scheduled).to.deep.equal([]);
  });

  it('stay what they have become', async () => {
    const [sent, cancelled] = [await sayLater(60_000, 'once'), await sayLater(60_000, 'never')];
    await act(sent, 'send');
    await act(cancelled, 'cancel');
    expect((await act(sent, 'send')).status).to.equal(200);
    expect((await act(cancelled, 'cancel')).status).to.equal(200);
    for (const [delayId, action] of [
      [sent, 'cancel'],
      [sent, 'restart'],
      [cancelled, 'send'],
      [cancelled, 'restart'],
    ] as const) {
      expect((await act(delayId, action)).status, action).to.equal(409);
    }
    expect(await bob.history(roomId)).to.deep.equal(['once']);
  });

  it('are not sent while they are put off again and again', async () => {
    const delayId = await sayLater(60_000, 'silence');
    for (let count = 0; count < 3; count += 1) {
      clock.set(clock.now() + 40_000);
      expect((await act(delayId, 'restart')).status).to.equal(200);
    }
    // Sent after what is due: were it due, it would be there by then.
    await sayLater(1, 'noise');
    await eventually(said('noise'));
    expect(await bob.history(roomId)).to.deep.equal(['noise']);
    clock.set(clock.now() + 60_000);
    await sayLater(1, 'more noise');
    await eventually(said('silence'));
  });

  it('are sent after a restart, those overdue as well', async () => {
    await sayLater(50, 'overdue');
    await sayLater(1_000, 'in time');
    await server.restart();
    await eventually(said('overdue'));
    await eventually(said('in time'));
    expect(await bob.history(roomId)).to.deep.equal(['overdue', 'in time']);
  });

  it('are asked for once by a repeated request', async () => {
    const first = await sayLater(60_000, 'once', 'same');
    expect(await sayLater(60_000, 'once', 'same')).to.equal(first);
    const all = await Promise.all([1, 2, 3].map(() => sayLater(60_000, 'at once', 'at once')));
    expect(new Set(all).size).to.equal(1);
  });

  it('leave state alone that somebody else has set meanwhile', async () => {
    const delayId = await setLater(60_000, 'm.room.topic', { topic: 'mine, later' });
    await bob.setState(roomId, 'm.room.topic', { topic: 'his, now' });
    expect((await act(delayId, 'send')).status).to.equal(200);
    expect(await alice.state(roomId, 'm.room.topic')).to.deep.equal({ topic: 'his, now' });
  });

  it('are refused at their time if their sender may not send them then', async () => {
    const delayId = await sayLater(60_000, 'too late');
    await alice.leave(roomId);
    await act(delayId, 'send');
    const ended = await alice.get(`${UNSTABLE}/${delayId}`);
    expect(ended).to.include({ outcome: 'cancel', reason: 'error' });
    expect(ended.error).to.have.property('errcode', 'M_FORBIDDEN');
  });

  it('can be asked for in the merged form', async () => {
    const path = `/unstable/org.matrix.msc4140/rooms/${encodeURIComponent(roomId)}/delayed_event/m.room.topic/t1`;
    const body = { delay_ms: 60_000, state_key: '', content: { topic: 'merged' } };
    const delayId = String((await alice.put(path, body)).delay_id);
    expect(await alice.get(`/v1/delayed_events/${delayId}`)).to.include({
      type: 'm.room.topic',
      state_key: '',
    });
    expect((await act(delayId, 'send')).status).to.equal(200);
    expect(await bob.state(roomId, 'm.room.topic')).to.deep.equal({ topic: 'merged' });
  });

  it('are refused without a sensible delay, to strangers, and when there are too many', async () => {
    const path = roomPath(roomId, 'send', 'm.room.message', 'refused');
    const stranger = await server.user('stranger');
    for (const delay of ['0', '-1', 'x', '1.5']) {
      const url = `${path}?org.matrix.msc4140.delay=${delay}`;
      expect(await alice.refusal('PUT', url, {}), delay).to.equal('400 M_INVALID_PARAM');
    }
    const year = await alice.request('PUT', `${path}?org.matrix.msc4140.delay=${365 * 86_400_000}`, {});
    expect(year.body).to.include({ 'org.matrix.msc4140.errcode': 'M_MAX_DELAY_EXCEEDED' });
    expect(await stranger.refusal('PUT', `${path}?org.matrix.msc4140.delay=1000`, {})).to.equal(
      '403 M_FORBIDDEN',
    );
    expect((await act('unknown', 'send')).body.errcode).to.equal('M_NOT_FOUND');
    expect((await act(await sayLater(60_000, 'x'), 'explode')).body.errcode).to.equal('M_INVALID_PARAM');
    const carol = await server.user('carol');
    await carol.join(roomId);
    const ask = (txnId: number) =>
      carol.request(
        'PUT',
        `${roomPath(roomId, 'send', 'm.x', `n${txnId}`)}?org.matrix.msc4140.delay=60000`,
        {},
      );
    for (let txnId = 0; txnId < 100; txnId += 1) expect((await ask(txnId)).status).to.equal(200);
    expect((await ask(100)).status).to.equal(429);
  });
});
