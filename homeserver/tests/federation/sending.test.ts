import { expect } from 'chai';
import { eventually } from '../../test-kit/eventually.ts';
import { type FakeHomeserver, FakeReply, type ReceivedRequest } from '../../test-kit/fake-homeserver.ts';
import { RemotePeer } from '../../test-kit/remote-peer.ts';
import { TestNetwork } from '../../test-kit/test-network.ts';
import type { TestServer } from '../../test-kit/test-server.ts';
import { roomPath, type TestUser } from '../../test-kit/test-user.ts';

const SEND = '/_matrix/federation/v1/send/';

describe('sending to other servers', function () {
  this.timeout(60_000);
  let network: TestNetwork;
  let server: TestServer;
  let fake: FakeHomeserver;
  let peer: RemotePeer;
  let alice: TestUser;
  beforeEach(async () => {
    network = await TestNetwork.create();
    server = await network.startServer('hs.test');
    fake = await network.startFake();
    peer = new RemotePeer(fake, server);
    alice = await server.register('alice');
  });
  afterEach(() => network.stop());

  /** A room that somebody of the other server has joined. */
  async function sharedRoom(): Promise<string> {
    const roomId = await alice.createRoom({ preset: 'public_chat' });
    await peer.join(roomId, `@remy:${fake.name}`);
    return roomId;
  }

  const transactions = (): ReceivedRequest[] => fake.requestsTo(SEND);
  const bodies = (): string[] =>
    transactions().flatMap(({ body }) =>
      body.pdus.flatMap(({ content }: { content: { body?: string } }) => content.body ?? []),
    );
  const edus = (type: string) =>
    transactions().flatMap(({ body }) =>
      body.edus.filter((edu: { edu_type: string }) => edu.edu_type === type),
    );

  it('has one transaction on its way, and at most 50 events in each', async () => {
    const roomId = await sharedRoom();
    let open = 0;
    let mostOpen = 0;
    const held = Promise.withResolvers<void>();
    fake.answer('PUT', `${SEND}{txnId}`, async () => {
      open += 1;
      mostOpen = Math.max(mostOpen, open);
      await held.promise;
      open -= 1;
      return { pdus: {} };
    });
    const said: string[] = [];
    for (let count = 0; count < 120; count += 1) {
      said.push(`message ${count}`);
      await alice.say(roomId, `message ${count}`);
    }
    held.resolve();
    await eventually(async () => bodies().length >= said.length);
    expect(bodies()).to.deep.equal(said);
    expect(mostOpen).to.equal(1);
    for (const { body } of transactions()) expect(body.pdus.length).to.be.at.most(50);
    expect(new Set(transactions().map(({ uri }) => uri)).size).to.equal(transactions().length);
  });

  it('sends to nobody who is not in the room', async () => {
    const roomId = await sharedRoom();
    const other = await alice.createRoom({ preset: 'public_chat' });
    await alice.say(other, 'not for you');
    await alice.say(roomId, 'for you');
    await eventually(async () => bodies().includes('for you'));
    expect(bodies()).not.to.include('not for you');
  });

  it('sends what is redacted without its content', async () => {
    const roomId = await sharedRoom();
    const refusing = Promise.withResolvers<void>();
    fake.answer('PUT', `${SEND}{txnId}`, async () => {
      await refusing.promise;
      return { pdus: {} };
    });
    await alice.say(roomId, 'keeps the way busy');
    await eventually(async () => transactions().length === 1);
    const secret = await alice.say(roomId, 'said too much');
    await alice.ok('PUT', `${roomPath(roomId)}/redact/${encodeURIComponent(secret)}/r1`, {});
    refusing.resolve();
    await eventually(async () =>
      JSON.stringify(transactions().map(({ body }) => body)).includes('m.room.redaction'),
    );
    expect(bodies()).not.to.include('said too much');
  });

  it('passes on to the other servers who came in through this one', async () => {
    const roomId = await sharedRoom();
    const second = await network.startFake('second.test');
    await new RemotePeer(second, server).join(roomId, '@sam:second.test');
    const { body } = await fake.requested(
      ({ uri, body: sent }) => uri.startsWith(SEND) && JSON.stringify(sent).includes('@sam:second.test'),
    );
    expect(body.pdus[0].state_key).to.equal('@sam:second.test');
    await alice.say(roomId, 'hello both');
    await second.requested(({ body: sent }) => JSON.stringify(sent ?? {}).includes('hello both'));
    const own = second.requestsTo(SEND).flatMap(({ body: sent }) => sent.pdus);
    expect(own.some(({ state_key: key }) => key === '@sam:second.test')).to.equal(false);
  });

  it('sends again, after a restart as well, what could not be sent', async () => {
    const roomId = await sharedRoom();
    fake.answer('PUT', `${SEND}{txnId}`, new FakeReply(503));
    await alice.say(roomId, 'try again');
    await eventually(async () => transactions().length > 0);
    await server.restart();
    fake.answer('PUT', `${SEND}{txnId}`, () => ({ pdus: {} }));
    const before = transactions().length;
    await peer.send({});
    await eventually(async () => transactions().length > before);
    await eventually(async () => bodies().filter((body) => body === 'try again').length >= 2);
  });

  it('does not ask a server again and again that does not answer', async () => {
    const roomId = await sharedRoom();
    fake.answer('PUT', `${SEND}{txnId}`, new FakeReply(502));
    await alice.say(roomId, 'first');
    await eventually(async () => transactions().length > 0);
    await eventually(async () => !(await server.federation.destinations.isReachable(fake.name)));
    const asked = transactions().length;
    for (let count = 0; count < 20; count += 1) await alice.say(roomId, `more ${count}`);
    expect(transactions().length).to.equal(asked);
  });

  it('gives up what a server refuses for good', async () => {
    const roomId = await sharedRoom();
    let isFirst = true;
    fake.answer('PUT', `${SEND}{txnId}`, () => {
      const refused = isFirst;
      isFirst = false;
      return refused ? new FakeReply(400, { errcode: 'M_BAD_JSON', error: 'no' }) : { pdus: {} };
    });
    await alice.say(roomId, 'refused');
    await eventually(async () => bodies().includes('refused'));
    await alice.say(roomId, 'taken');
    await eventually(async () => bodies().includes('taken'));
    expect(bodies().filter((body) => body === 'refused')).to.have.length(1);
  });

  it('tells the newest of who types and who has read, and no private receipts', async () => {
    const roomId = await sharedRoom();
    const eventId = await alice.say(roomId, 'read this');
    await alice.ok('POST', `${roomPath(roomId)}/receipt/m.read.private/${encodeURIComponent(eventId)}`, {});
    await alice.ok('POST', `${roomPath(roomId)}/receipt/m.read/${encodeURIComponent(eventId)}`, {});
    await alice.ok('PUT', `${roomPath(roomId)}/typing/${encodeURIComponent(alice.userId)}`, { typing: true });
    await eventually(async () => edus('m.receipt').length > 0 && edus('m.typing').length > 0);
    const [receipt] = edus('m.receipt');
    const read = receipt.content[roomId]['m.read'][alice.userId];
    expect(read.event_ids).to.deep.equal([eventId]);
    expect(Object.keys(receipt.content[roomId])).to.deep.equal(['m.read']);
    expect(edus('m.typing')[0].content).to.deep.equal({
      room_id: roomId,
      user_id: alice.userId,
      typing: true,
    });
  });

  it('tells who is there to a server that comes in', async () => {
    await alice.ok('PUT', `/_matrix/client/v3/presence/${encodeURIComponent(alice.userId)}/status`, {
      presence: 'online',
      status_msg: 'at home',
    });
    await sharedRoom();
    await eventually(async () => edus('m.presence').length > 0);
    expect(edus('m.presence')[0].content.push[0]).to.include({
      user_id: alice.userId,
      presence: 'online',
      status_msg: 'at home',
    });
  });

  it('is counted, by what became of it', async () => {
    const roomId = await sharedRoom();
    fake.answer('PUT', `${SEND}{txnId}`, ({ body }) => ({
      pdus: Object.fromEntries(
        body.pdus.some(({ content }: { content: { body?: string } }) => content.body === 'unwanted')
          ? [['$unwanted', { error: 'no' }]]
          : [],
      ),
    }));
    await alice.say(roomId, 'wanted');
    await eventually(async () => bodies().includes('wanted'));
    await alice.say(roomId, 'unwanted');
    const counted = async (line: string): Promise<boolean> =>
      (await (await fetch(`${server.url}/metrics`)).text()).includes(line);
    await eventually(() => counted('guildhall_federation_sent_total{kind="pdu",outcome="refused"} 1'));
    await eventually(() => counted('guildhall_federation_sent_total{kind="pdu",outcome="taken"} 1'));
    expect(await counted('guildhall_federation_staged_events 0')).to.equal(true);
    expect(await counted('guildhall_federation_key_fetches_total{outcome="direct"} 1')).to.equal(true);
  });

  it('keeps messages to devices until they were taken', async () => {
    await sharedRoom();
    fake.answer('PUT', `${SEND}{txnId}`, new FakeReply(503));
    await alice.ok('PUT', '/_matrix/client/v3/sendToDevice/m.test/t1', {
      messages: { [`@remy:${fake.name}`]: { DEVICE: { secret: 1 } } },
    });
    await eventually(async () => edus('m.direct_to_device').length > 0);
    await server.restart();
    fake.answer('PUT', `${SEND}{txnId}`, () => ({ pdus: {} }));
    await peer.send({});
    await eventually(async () => edus('m.direct_to_device').length > 1);
    const [first, second] = edus('m.direct_to_device');
    expect(second.content.message_id).to.equal(first.content.message_id);
    expect(second.content.messages).to.deep.equal({ [`@remy:${fake.name}`]: { DEVICE: { secret: 1 } } });
  });

  it('keeps the newest change of the devices of a user, which says what went before', async () => {
    await sharedRoom();
    const deviceUpdates = () =>
      edus('m.device_list_update').filter(({ content }) => content.user_id === alice.userId);
    fake.answer('PUT', `${SEND}{txnId}`, new FakeReply(503));
    const path = `/_matrix/client/v3/devices/${encodeURIComponent(alice.deviceId)}`;
    await alice.ok('PUT', path, { display_name: 'one' });
    await eventually(async () => !(await server.federation.destinations.isReachable(fake.name)));
    for (const name of ['two', 'three']) await alice.ok('PUT', path, { display_name: name });
    fake.answer('PUT', `${SEND}{txnId}`, () => ({ pdus: {} }));
    const refused = deviceUpdates().length;
    await server.restart();
    await peer.send({});
    await eventually(async () => deviceUpdates().length > refused);
    await alice.ok('PUT', path, { display_name: 'four' });
    await eventually(async () => deviceUpdates().length > refused + 1);
    const [kept, next] = deviceUpdates().slice(refused);
    expect(kept.content.prev_id).to.have.length(1);
    expect(next.content.prev_id).to.deep.equal([kept.content.stream_id]);
  });
});
