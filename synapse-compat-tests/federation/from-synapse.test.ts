import { expect } from 'chai';
import { supportedRoomVersions } from '../../homeserver/src/protocol/room-versions.ts';
import { eventually } from '../../homeserver/test-kit/eventually.ts';
import type { SynapseServer } from '../../homeserver/test-kit/synapse-server.ts';
import { TestNetwork } from '../../homeserver/test-kit/test-network.ts';
import type { TestServer } from '../../homeserver/test-kit/test-server.ts';
import { roomPath, type TestUser } from '../../homeserver/test-kit/test-user.ts';

interface ClientEvent {
  readonly type: string;
  readonly sender: string;
  readonly event_id: string;
  readonly content: Readonly<Record<string, unknown>>;
  readonly unsigned?: { readonly redacted_because?: object };
}

describe('from Synapse to Guildhall', function () {
  this.timeout(90_000);
  let network: TestNetwork;
  let guildhall: TestServer;
  let synapse: SynapseServer;
  let alice: TestUser;
  let sylvia: TestUser;

  before(async () => {
    network = await TestNetwork.create();
    [guildhall, synapse] = await Promise.all([network.startServer('localhost'), network.startSynapse()]);
    alice = await guildhall.register('alice');
    sylvia = await synapse.register('sylvia');
  });

  after(() => network.stop());

  const enter = (user: TestUser, room: string, kind: 'join' | 'knock' = 'join') => {
    const via = encodeURIComponent(guildhall.serverName);
    const path = `/_matrix/client/v3/${kind}/${encodeURIComponent(room)}?server_name=${via}&via=${via}`;
    return user.ok('POST', path, {});
  };
  const membershipOf = async (viewer: TestUser, roomId: string, userId: string) => {
    const path = `${roomPath(roomId)}/state/m.room.member/${encodeURIComponent(userId)}`;
    return (await viewer.request('GET', path)).body.membership;
  };
  const becomes = (viewer: TestUser, roomId: string, userId: string, membership: string) =>
    eventually(async () => (await membershipOf(viewer, roomId, userId)) === membership);
  const timelineOf = async (viewer: TestUser, roomId: string): Promise<ClientEvent[]> =>
    (await viewer.ok('GET', `${roomPath(roomId)}/messages?dir=b&limit=100`)).chunk;
  const arrives = async (roomId: string, isWanted: (event: ClientEvent) => boolean): Promise<ClientEvent> => {
    let found: ClientEvent | undefined;
    await eventually(async () => {
      found = (await timelineOf(alice, roomId)).find(isWanted);
      return found !== undefined;
    });
    if (found === undefined) throw new Error('an event that was there is gone');
    return found;
  };

  /** A room of Guildhall that somebody of Synapse is in. */
  async function shared(options: object = {}): Promise<string> {
    const roomId = await alice.createRoom({ preset: 'public_chat', ...options });
    await enter(sylvia, roomId);
    await becomes(alice, roomId, sylvia.userId, 'join');
    return roomId;
  }

  for (const version of supportedRoomVersions) {
    it(`people join a room of version ${version}, and talk in it`, async () => {
      const roomId = await shared({ room_version: version });
      const eventId = await sylvia.say(roomId, `in version ${version}`);
      const event = await arrives(roomId, (one) => one.event_id === eventId);
      expect(event.content.body).to.equal(`in version ${version}`);
    });
  }

  it('people join by alias', async () => {
    const roomId = await alice.createRoom({ preset: 'public_chat', room_alias_name: 'square' });
    await enter(sylvia, `#square:${guildhall.serverName}`);
    await becomes(alice, roomId, sylvia.userId, 'join');
  });

  it('people join because they are in a space', async () => {
    const space = await shared({ creation_content: { type: 'm.space' } });
    const allow = [{ type: 'm.room_membership', room_id: space }];
    const roomId = await alice.createRoom({
      initial_state: [
        { type: 'm.room.join_rules', state_key: '', content: { join_rule: 'restricted', allow } },
      ],
    });
    await enter(sylvia, roomId);
    await becomes(alice, roomId, sylvia.userId, 'join');
    const stranger = await synapse.register('stranger');
    const via = encodeURIComponent(guildhall.serverName);
    const path = `/_matrix/client/v3/join/${encodeURIComponent(roomId)}?server_name=${via}&via=${via}`;
    expect((await stranger.request('POST', path, {})).status).to.equal(403);
  });

  it('people knock', async () => {
    const roomId = await alice.createRoom({
      initial_state: [{ type: 'm.room.join_rules', state_key: '', content: { join_rule: 'knock' } }],
    });
    await enter(sylvia, roomId, 'knock');
    await becomes(alice, roomId, sylvia.userId, 'knock');
  });

  it('people send edits, reactions, redactions and state', async () => {
    const roomId = await shared();
    const levels = { users: { [sylvia.userId]: 100 } };
    await alice.setState(roomId, 'm.room.power_levels', levels);
    await eventually(async () => {
      const path = `${roomPath(roomId)}/state/m.room.power_levels/`;
      return (await sylvia.ok('GET', path)).users?.[sylvia.userId] === 100;
    });
    const first = await sylvia.say(roomId, 'frist');
    const edit = {
      'm.new_content': { msgtype: 'm.text', body: 'first' },
      'm.relates_to': { rel_type: 'm.replace', event_id: first },
    };
    const edited = await sylvia.send(roomId, 'm.room.message', {
      msgtype: 'm.text',
      body: '* first',
      ...edit,
    });
    const reaction = { 'm.relates_to': { rel_type: 'm.annotation', event_id: first, key: 'yes' } };
    const reacted = await sylvia.send(roomId, 'm.reaction', reaction);
    const gone = await sylvia.say(roomId, 'never mind');
    await sylvia.ok('PUT', `${roomPath(roomId)}/redact/${encodeURIComponent(gone)}/redaction`, {});
    await sylvia.setState(roomId, 'm.room.topic', { topic: 'From elsewhere' });
    await arrives(roomId, ({ event_id: id }) => id === edited);
    await arrives(roomId, ({ event_id: id }) => id === reacted);
    await arrives(roomId, (one) => one.event_id === gone && one.unsigned?.redacted_because !== undefined);
    await eventually(async () => {
      const { status, body } = await alice.request('GET', `${roomPath(roomId)}/state/m.room.topic/`);
      return status === 200 && body.topic === 'From elsewhere';
    });
  });

  it('people leave, kick and ban', async () => {
    const roomId = await shared();
    const [kim, nina] = [await guildhall.register('kim'), await guildhall.register('nina')];
    await kim.join(roomId);
    await nina.join(roomId);
    await alice.setState(roomId, 'm.room.power_levels', { users: { [sylvia.userId]: 100 } });
    for (const [user, action] of [
      [kim, 'kick'],
      [nina, 'ban'],
    ] as const) {
      await eventually(async () => {
        const body = { user_id: user.userId };
        return (await sylvia.request('POST', `${roomPath(roomId)}/${action}`, body)).status === 200;
      });
    }
    await becomes(alice, roomId, kim.userId, 'leave');
    await becomes(alice, roomId, nina.userId, 'ban');
    await sylvia.ok('POST', `${roomPath(roomId)}/leave`, {});
    await becomes(alice, roomId, sylvia.userId, 'leave');
  });

  it('people read, type, and are there', async () => {
    const roomId = await shared();
    const eventId = await alice.say(roomId, 'read this');
    await eventually(async () =>
      (await timelineOf(sylvia, roomId)).some(({ event_id: id }) => id === eventId),
    );
    const { next_batch: since } = await alice.sync();
    await sylvia.ok('POST', `${roomPath(roomId)}/receipt/m.read/${encodeURIComponent(eventId)}`, {});
    await sylvia.ok('PUT', `${roomPath(roomId)}/typing/${encodeURIComponent(sylvia.userId)}`, {
      typing: true,
      timeout: 30_000,
    });
    await sylvia.ok('PUT', `/_matrix/client/v3/presence/${encodeURIComponent(sylvia.userId)}/status`, {
      presence: 'online',
      status_msg: 'on Synapse',
    });
    const found = new Set<string>();
    await eventually(async () => {
      const { rooms, presence } = await alice.sync({ since });
      for (const { type, content } of rooms?.join?.[roomId]?.ephemeral?.events ?? []) {
        if (type === 'm.typing' && content.user_ids.includes(sylvia.userId)) found.add('types');
        if (content[eventId]?.['m.read']?.[sylvia.userId] !== undefined) found.add('reads');
      }
      for (const { sender, content } of presence?.events ?? []) {
        if (sender === sylvia.userId && content.status_msg === 'on Synapse') found.add('is there');
      }
      return found.size === 3;
    });
  });

  it('people get other devices, and send messages to ours', async () => {
    const roomId = await shared();
    const { next_batch: since } = await alice.sync();
    await sylvia.ok('POST', '/_matrix/client/v3/keys/upload', {
      device_keys: {
        user_id: sylvia.userId,
        device_id: sylvia.deviceId,
        algorithms: [],
        keys: { [`ed25519:${sylvia.deviceId}`]: 'c29tZSBrZXk' },
        signatures: {},
      },
    });
    await eventually(async () => {
      const { device_lists: lists } = await alice.sync({ since });
      return lists?.changed?.includes(sylvia.userId) === true;
    });
    const messages = { [alice.userId]: { '*': { text: 'hello' } } };
    await sylvia.ok('PUT', '/_matrix/client/v3/sendToDevice/org.example.greeting/1', { messages });
    await eventually(async () => {
      const { to_device: toDevice } = await alice.sync({ since });
      return toDevice?.events?.some(({ content }: ClientEvent) => content.text === 'hello') === true;
    });
    expect(roomId).to.be.a('string');
  });

  it('people invite ours, who see it, and lose it when it is taken back', async () => {
    const roomId = await sylvia.createRoom({ name: 'On Synapse' });
    await sylvia.ok('POST', `${roomPath(roomId)}/invite`, { user_id: alice.userId });
    await eventually(async () => (await alice.sync()).rooms?.invite?.[roomId] !== undefined);
    const { invite_state: state } = (await alice.sync()).rooms.invite[roomId];
    expect(state.events.some(({ content }: ClientEvent) => content.name === 'On Synapse')).to.equal(true);
    await sylvia.ok('POST', `${roomPath(roomId)}/kick`, { user_id: alice.userId });
    await eventually(async () => (await alice.sync()).rooms?.invite?.[roomId] === undefined);
  });
});
