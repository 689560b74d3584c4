import { expect } from 'chai';
import { supportedRoomVersions } from '../../homeserver/src/protocol/room-versions.ts';
import { DeviceCrypto } from '../../homeserver/test-kit/crypto-keys.ts';
import { eventually } from '../../homeserver/test-kit/eventually.ts';
import { makeImage } from '../../homeserver/test-kit/images.ts';
import type { SynapseServer } from '../../homeserver/test-kit/synapse-server.ts';
import { TestNetwork } from '../../homeserver/test-kit/test-network.ts';
import type { TestServer } from '../../homeserver/test-kit/test-server.ts';
import { roomPath, type TestUser } from '../../homeserver/test-kit/test-user.ts';
import {
  joinVia,
  sharedRoom,
  untilMember,
  untilSeen,
  untilSynced,
} from '../../homeserver/test-kit/two-servers.ts';

describe('from Guildhall to Synapse', function () {
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

  for (const version of supportedRoomVersions) {
    it(`people join a room of version ${version}, and talk in it`, async () => {
      const roomId = await sharedRoom(sylvia, alice, { room_version: version });
      const eventId = await alice.say(roomId, `in version ${version}`);
      expect((await untilSeen(sylvia, roomId, eventId)).content.body).to.equal(`in version ${version}`);
      const answer = await sylvia.say(roomId, 'heard');
      expect((await untilSeen(alice, roomId, answer)).content.body).to.equal('heard');
    });
  }

  it('people join by alias', async () => {
    const roomId = await sylvia.createRoom({ preset: 'public_chat', room_alias_name: 'agora' });
    await alice.join(`#agora:${synapse.serverName}`);
    await untilMember(sylvia, roomId, alice, 'join');
  });

  it('people are invited and join', async () => {
    const roomId = await alice.createRoom({ preset: 'private_chat', name: 'The den' });
    await alice.invite(roomId, sylvia);
    await untilSynced(sylvia, (answer) => answer.rooms?.invite?.[roomId]);
    await sylvia.join(roomId);
    await untilMember(alice, roomId, sylvia, 'join');
    const eventId = await alice.say(roomId, 'welcome');
    await untilSeen(sylvia, roomId, eventId);
  });

  it('people who were invited by Synapse turn it down', async () => {
    const roomId = await sylvia.createRoom({ preset: 'private_chat' });
    await sylvia.invite(roomId, alice);
    await untilSynced(alice, (answer) => answer.rooms?.invite?.[roomId]);
    await alice.ok('POST', `${roomPath(roomId)}/leave`, {});
    await untilMember(sylvia, roomId, alice, 'leave');
  });

  it('people who were invited by Synapse come in', async () => {
    const roomId = await sylvia.createRoom({ preset: 'private_chat' });
    await sylvia.invite(roomId, alice);
    await untilSynced(alice, (answer) => answer.rooms?.invite?.[roomId]);
    await alice.join(roomId);
    await untilMember(sylvia, roomId, alice, 'join');
  });

  it('people knock and are let in', async () => {
    const rules = [{ type: 'm.room.join_rules', state_key: '', content: { join_rule: 'knock' } }];
    const roomId = await sylvia.createRoom({ preset: 'private_chat', initial_state: rules });
    const via = encodeURIComponent(synapse.serverName);
    await alice.ok('POST', `/_matrix/client/v3/knock/${encodeURIComponent(roomId)}?via=${via}`, {});
    await untilMember(sylvia, roomId, alice, 'knock');
    await sylvia.invite(roomId, alice);
    await untilSynced(alice, (answer) => answer.rooms?.invite?.[roomId]);
    await alice.join(roomId);
    await untilMember(sylvia, roomId, alice, 'join');
  });

  it('people join because they are in a space', async () => {
    const space = await sharedRoom(sylvia, alice, { creation_content: { type: 'm.space' } });
    const allow = [{ type: 'm.room_membership', room_id: space }];
    const rules = { type: 'm.room.join_rules', state_key: '', content: { join_rule: 'restricted', allow } };
    const roomId = await sylvia.createRoom({ preset: 'private_chat', initial_state: [rules] });
    await joinVia(alice, roomId, synapse.serverName);
    await untilMember(sylvia, roomId, alice, 'join');
  });

  it('edits, reactions, redactions and state arrive', async () => {
    const roomId = await sharedRoom(sylvia, alice);
    const first = await alice.say(roomId, 'teh');
    await untilSeen(sylvia, roomId, first);
    const reaction = await alice.send(roomId, 'm.reaction', {
      'm.relates_to': { rel_type: 'm.annotation', event_id: first, key: '+' },
    });
    await untilSeen(sylvia, roomId, reaction);
    await alice.send(roomId, 'm.room.message', {
      body: '* the',
      msgtype: 'm.text',
      'm.new_content': { body: 'the', msgtype: 'm.text' },
      'm.relates_to': { rel_type: 'm.replace', event_id: first },
    });
    await eventually(async () => {
      const { unsigned } = await untilSeen(sylvia, roomId, first);
      return unsigned?.['m.relations']?.['m.replace']?.content.body === '* the';
    });
    await alice.ok('PUT', `${roomPath(roomId)}/redact/${encodeURIComponent(reaction)}/r1`, {});
    await eventually(
      async () => Object.keys((await untilSeen(sylvia, roomId, reaction)).content).length === 0,
    );
    await sylvia.setState(roomId, 'm.room.topic', { topic: 'tea' });
    await eventually(async () => {
      const { body } = await alice.request('GET', `${roomPath(roomId)}/state/m.room.topic/`);
      return body.topic === 'tea';
    });
  });

  it('leaving, kicks and bans arrive', async () => {
    const roomId = await sharedRoom(alice, sylvia);
    await alice.ok('POST', `${roomPath(roomId)}/kick`, { user_id: sylvia.userId });
    await untilSynced(sylvia, (answer) => answer.rooms?.leave?.[roomId]);
    await joinVia(sylvia, roomId, guildhall.serverName);
    await untilMember(alice, roomId, sylvia, 'join');
    await alice.ok('POST', `${roomPath(roomId)}/ban`, { user_id: sylvia.userId });
    await untilSynced(sylvia, (answer) => answer.rooms?.leave?.[roomId]);
    const other = await sharedRoom(sylvia, alice);
    await alice.ok('POST', `${roomPath(other)}/leave`, {});
    await untilMember(sylvia, other, alice, 'leave');
  });

  it('receipts, typing and presence arrive', async () => {
    const roomId = await sharedRoom(sylvia, alice);
    const eventId = await sylvia.say(roomId, 'read this');
    await untilSeen(alice, roomId, eventId);
    await alice.ok('POST', `${roomPath(roomId)}/receipt/m.read/${encodeURIComponent(eventId)}`, {});
    await alice.ok('PUT', `${roomPath(roomId)}/typing/${encodeURIComponent(alice.userId)}`, {
      typing: true,
      timeout: 60_000,
    });
    await eventually(async () => {
      const seen = JSON.stringify((await sylvia.sync()).rooms?.join?.[roomId]?.ephemeral?.events ?? []);
      return seen.includes(`"${alice.userId}"`) && seen.includes('m.typing') && seen.includes(eventId);
    });
    await alice.ok('PUT', `/_matrix/client/v3/presence/${encodeURIComponent(alice.userId)}/status`, {
      presence: 'online',
      status_msg: 'here I am',
    });
    const path = `/_matrix/client/v3/presence/${encodeURIComponent(alice.userId)}/status`;
    await eventually(async () => (await sylvia.request('GET', path)).body.status_msg === 'here I am');
  });

  it('people scroll back through 500 messages', async () => {
    const roomId = await sylvia.createRoom({ preset: 'public_chat' });
    const said: string[] = [];
    for (let count = 0; count < 500; count += 1) said.push(await sylvia.say(roomId, `message ${count}`));
    await joinVia(alice, roomId, synapse.serverName);
    const seen: string[] = [];
    let from = '';
    do {
      const page = await alice.ok(
        'GET',
        `${roomPath(roomId)}/messages?dir=b&limit=100${from && `&from=${from}`}`,
      );
      for (const event of page.chunk) if (event.type === 'm.room.message') seen.push(event.event_id);
      from = page.end ?? '';
    } while (from !== '');
    expect(seen).to.deep.equal(said.toReversed());
  });

  it('media come over', async () => {
    const image = await makeImage('png', { width: 64, height: 64 });
    const { content_uri: uri } = await sylvia.ok('POST', '/_matrix/media/v3/upload?filename=hill.png', image);
    const path = uri.slice('mxc://'.length);
    const file = await alice.request('GET', `/_matrix/client/v1/media/download/${path}`);
    expect(file.status).to.equal(200);
    const thumbnail = `/_matrix/client/v1/media/thumbnail/${path}?width=32&height=32&method=crop`;
    expect((await alice.request('GET', thumbnail)).status).to.equal(200);
  });

  it('messages to devices and keys go over', async () => {
    await sharedRoom(sylvia, alice);
    const crypto = new DeviceCrypto(sylvia);
    const keys = crypto.deviceKeys();
    await sylvia.ok('POST', '/_matrix/client/v3/keys/upload', {
      device_keys: keys,
      one_time_keys: crypto.oneTimeKeys(1),
    });
    await eventually(async () => {
      const found = await alice.ok('POST', '/_matrix/client/v3/keys/query', {
        device_keys: { [sylvia.userId]: [] },
      });
      return found.device_keys?.[sylvia.userId]?.[sylvia.deviceId] !== undefined;
    });
    const claimed = await alice.ok('POST', '/_matrix/client/v3/keys/claim', {
      one_time_keys: { [sylvia.userId]: { [sylvia.deviceId]: 'signed_curve25519' } },
    });
    expect(Object.keys(claimed.one_time_keys[sylvia.userId])).to.deep.equal([sylvia.deviceId]);
    await alice.ok('PUT', '/_matrix/client/v3/sendToDevice/m.test/t1', {
      messages: { [sylvia.userId]: { [sylvia.deviceId]: { secret: 1 } } },
    });
    const message = await untilSynced(sylvia, ({ to_device: found }) => found?.events?.[0]);
    expect(message).to.deep.include({ type: 'm.test', sender: alice.userId, content: { secret: 1 } });
  });

  it('Synapse hears of new keys', async () => {
    await sharedRoom(sylvia, alice);
    const { next_batch: since } = await sylvia.sync();
    const keys = new DeviceCrypto(alice).deviceKeys();
    await alice.ok('POST', '/_matrix/client/v3/keys/upload', { device_keys: keys });
    await eventually(async () => {
      const { device_lists: lists } = await sylvia.sync({ since });
      return lists?.changed?.includes(alice.userId) === true;
    });
    const found = await sylvia.ok('POST', '/_matrix/client/v3/keys/query', {
      device_keys: { [alice.userId]: [] },
    });
    expect(found.device_keys[alice.userId][alice.deviceId].keys).to.deep.equal(keys.keys);
  });

  it('people see the directory and profiles of Synapse', async () => {
    const roomId = await sylvia.createRoom({ preset: 'public_chat', visibility: 'public', name: 'The fair' });
    const server = encodeURIComponent(synapse.serverName);
    const { chunk } = await alice.ok('POST', `/_matrix/client/v3/publicRooms?server=${server}`, {});
    expect(chunk.map(({ room_id: id }: { room_id: string }) => id)).to.include(roomId);
    const profile = await alice.ok('GET', `/_matrix/client/v3/profile/${encodeURIComponent(sylvia.userId)}`);
    expect(profile).to.deep.include({ displayname: 'sylvia' });
  });
});
