import { expect } from 'chai';
import { supportedRoomVersions } from '../../src/protocol/room-versions.ts';
import { DeviceCrypto } from '../../test-kit/crypto-keys.ts';
import { eventually } from '../../test-kit/eventually.ts';
import { makeImage } from '../../test-kit/images.ts';
import { roomPath, type TestUser } from '../../test-kit/test-user.ts';
import {
  joinVia,
  sharedRoom,
  startTwoServers,
  type TwoServers,
  untilMember,
  untilSeen,
  untilSynced,
} from '../../test-kit/two-servers.ts';

describe('two servers of ours', function () {
  this.timeout(60_000);
  let servers: TwoServers;
  before(async () => {
    servers = await startTwoServers();
  });
  after(() => servers.network.stop());

  describe('entering rooms', () => {
    for (const version of supportedRoomVersions) {
      it(`lets somebody join a room of version ${version}, and both talk in it`, async () => {
        const { alice, bob } = servers;
        const roomId = await sharedRoom(alice, bob, { room_version: version });
        const question = await alice.say(roomId, 'who is there?');
        expect((await untilSeen(bob, roomId, question)).content.body).to.equal('who is there?');
        const answer = await bob.say(roomId, 'me');
        expect((await untilSeen(alice, roomId, answer)).sender).to.equal(bob.userId);
      });
    }

    it('lets somebody join by an alias of the other server', async () => {
      const { alice, bob } = servers;
      const roomId = await alice.createRoom({ preset: 'public_chat', room_alias_name: 'square' });
      await bob.join('#square:here.test');
      await untilMember(alice, roomId, bob, 'join');
    });

    it('says where an alias of the other server leads', async () => {
      const { alice, bob } = servers;
      const roomId = await bob.createRoom({ preset: 'public_chat', room_alias_name: 'market' });
      const found = await alice.ok(
        'GET',
        `/_matrix/client/v3/directory/room/${encodeURIComponent('#market:there.test')}`,
      );
      expect(found).to.deep.equal({ room_id: roomId, servers: ['there.test'] });
    });

    it('knows no alias that the other server does not know', async () => {
      const path = `/_matrix/client/v3/join/${encodeURIComponent('#nowhere:there.test')}`;
      const { status, body } = await servers.alice.request('POST', path, {});
      expect([status, body.errcode]).to.deep.equal([404, 'M_NOT_FOUND']);
    });

    it('refuses somebody who is not invited, with the word of the other server', async () => {
      const { alice, bob } = servers;
      const roomId = await alice.createRoom({ preset: 'private_chat' });
      const path = `/_matrix/client/v3/join/${encodeURIComponent(roomId)}?via=here.test`;
      const { status, body } = await bob.request('POST', path, {});
      expect([status, body.errcode]).to.deep.equal([403, 'M_FORBIDDEN']);
    });

    it('invites somebody of the other server, who joins without saying where the room is', async () => {
      const { alice, bob } = servers;
      const roomId = await alice.createRoom({ preset: 'private_chat', name: 'The den' });
      await alice.invite(roomId, bob);
      const shown = await untilSynced(bob, (answer) => answer.rooms?.invite?.[roomId]?.invite_state.events);
      const name = shown.find(({ type }: { type: string }) => type === 'm.room.name');
      expect(name.content).to.deep.equal({ name: 'The den' });
      await bob.join(roomId);
      await untilMember(alice, roomId, bob, 'join');
    });

    it('invites somebody of the other server when a room is made', async () => {
      const { alice, bob } = servers;
      const roomId = await alice.createRoom({
        preset: 'trusted_private_chat',
        invite: [bob.userId],
        is_direct: true,
      });
      const events = await untilSynced(bob, (answer) => answer.rooms?.invite?.[roomId]?.invite_state.events);
      const own = events.find(({ state_key: key }: { state_key: string }) => key === bob.userId);
      expect(own.content.is_direct).to.equal(true);
    });

    it('turns an invite down', async () => {
      const { alice, bob } = servers;
      const roomId = await alice.createRoom({ preset: 'private_chat' });
      await alice.invite(roomId, bob);
      await untilSynced(bob, (answer) => answer.rooms?.invite?.[roomId]);
      await bob.ok('POST', `${roomPath(roomId)}/leave`, {});
      await untilMember(alice, roomId, bob, 'leave');
    });

    it('turns an invite down while the other server cannot be reached', async () => {
      const { network, alice, bob } = servers;
      const roomId = await alice.createRoom({ preset: 'private_chat' });
      await alice.invite(roomId, bob);
      await untilSynced(bob, (answer) => answer.rooms?.invite?.[roomId]);
      network.cutOff('here.test');
      try {
        await bob.ok('POST', `${roomPath(roomId)}/leave`, {});
        const { rooms } = await bob.sync();
        expect(rooms?.invite?.[roomId]).to.equal(undefined);
      } finally {
        network.reconnect('here.test');
      }
    });

    it('takes an invite back', async () => {
      const { alice, bob } = servers;
      const roomId = await alice.createRoom({ preset: 'private_chat' });
      await alice.invite(roomId, bob);
      await untilSynced(bob, (answer) => answer.rooms?.invite?.[roomId]);
      await alice.ok('POST', `${roomPath(roomId)}/kick`, { user_id: bob.userId });
      await eventually(async () => (await bob.sync()).rooms?.invite?.[roomId] === undefined);
    });

    it('lets somebody knock, who is let in', async () => {
      const { alice, bob } = servers;
      const state = [{ type: 'm.room.join_rules', state_key: '', content: { join_rule: 'knock' } }];
      const roomId = await alice.createRoom({ preset: 'private_chat', initial_state: state });
      await bob.ok('POST', `/_matrix/client/v3/knock/${encodeURIComponent(roomId)}?via=here.test`, {
        reason: 'please',
      });
      await untilMember(alice, roomId, bob, 'knock');
      await alice.invite(roomId, bob);
      await untilSynced(bob, (answer) => answer.rooms?.invite?.[roomId]);
      await bob.join(roomId);
      await untilMember(alice, roomId, bob, 'join');
    });

    it('lets members of a space into a restricted room', async () => {
      const { alice, bob } = servers;
      const space = await sharedRoom(alice, bob, { creation_content: { type: 'm.space' } });
      const allow = [{ type: 'm.room_membership', room_id: space }];
      const rules = { type: 'm.room.join_rules', state_key: '', content: { join_rule: 'restricted', allow } };
      const roomId = await alice.createRoom({ preset: 'private_chat', initial_state: [rules] });
      await joinVia(bob, roomId, 'here.test');
      await untilMember(alice, roomId, bob, 'join');
    });

    it('has a restricted join authorised by the other server where nobody here may', async () => {
      const { alice, bob, there } = servers;
      const space = await sharedRoom(alice, bob, { creation_content: { type: 'm.space' } });
      const carol = await there.register('carol');
      await joinVia(carol, space, 'here.test');
      const allow = [{ type: 'm.room_membership', room_id: space }];
      const rules = { type: 'm.room.join_rules', state_key: '', content: { join_rule: 'restricted', allow } };
      const roomId = await alice.createRoom({
        preset: 'private_chat',
        initial_state: [rules],
        power_level_content_override: { invite: 50 },
      });
      await joinVia(bob, roomId, 'here.test');
      await joinVia(carol, roomId, 'here.test');
      await untilMember(alice, roomId, carol, 'join');
    });
  });

  describe('what happens in rooms', () => {
    it('carries edits, reactions and redactions', async () => {
      const { alice, bob } = servers;
      const roomId = await sharedRoom(alice, bob);
      const first = await alice.say(roomId, 'teh');
      await untilSeen(bob, roomId, first);
      const reaction = await bob.send(roomId, 'm.reaction', {
        'm.relates_to': { rel_type: 'm.annotation', event_id: first, key: '+' },
      });
      await untilSeen(alice, roomId, reaction);
      await alice.send(roomId, 'm.room.message', {
        body: '* the',
        msgtype: 'm.text',
        'm.new_content': { body: 'the', msgtype: 'm.text' },
        'm.relates_to': { rel_type: 'm.replace', event_id: first },
      });
      await eventually(async () => {
        const { unsigned } = await untilSeen(bob, roomId, first);
        return unsigned?.['m.relations']?.['m.replace']?.content.body === '* the';
      });
      await bob.ok('PUT', `${roomPath(roomId)}/redact/${encodeURIComponent(reaction)}/r1`, {});
      await eventually(async () => {
        const { content } = await untilSeen(alice, roomId, reaction);
        return Object.keys(content).length === 0;
      });
    });

    it('carries changes of state, kicks and bans', async () => {
      const { alice, bob } = servers;
      const roomId = await sharedRoom(alice, bob);
      await alice.setState(roomId, 'm.room.topic', { topic: 'tea' });
      await eventually(async () => {
        const { body } = await bob.request('GET', `${roomPath(roomId)}/state/m.room.topic/`);
        return body.topic === 'tea';
      });
      await alice.ok('POST', `${roomPath(roomId)}/kick`, { user_id: bob.userId });
      await untilSynced(bob, (answer) => answer.rooms?.leave?.[roomId]);
      await joinVia(bob, roomId, 'here.test');
      await untilMember(alice, roomId, bob, 'join');
      await alice.ok('POST', `${roomPath(roomId)}/ban`, { user_id: bob.userId });
      await untilSynced(bob, (answer) => answer.rooms?.leave?.[roomId]);
    });

    it('tells of a new display name', async () => {
      const { alice, bob } = servers;
      const roomId = await sharedRoom(alice, bob);
      const path = `/_matrix/client/v3/profile/${encodeURIComponent(bob.userId)}/displayname`;
      await bob.ok('PUT', path, { displayname: 'Bobby' });
      await eventually(async () => {
        const { joined } = await alice.ok('GET', `${roomPath(roomId)}/joined_members`);
        return joined[bob.userId].display_name === 'Bobby';
      });
      expect(await alice.ok('GET', path)).to.deep.equal({ displayname: 'Bobby' });
    });

    it('tells who types and who has read', async () => {
      const { alice, bob } = servers;
      const roomId = await sharedRoom(alice, bob);
      const eventId = await alice.say(roomId, 'read this');
      await untilSeen(bob, roomId, eventId);
      await bob.ok('POST', `${roomPath(roomId)}/receipt/m.read/${encodeURIComponent(eventId)}`, {});
      await bob.ok('PUT', `${roomPath(roomId)}/typing/${encodeURIComponent(bob.userId)}`, {
        typing: true,
        timeout: 60_000,
      });
      const ephemeral = (answer: {
        rooms?: { join?: Record<string, { ephemeral?: { events?: unknown[] } }> };
      }) => JSON.stringify(answer.rooms?.join?.[roomId]?.ephemeral?.events ?? []);
      await eventually(async () => {
        const seen = ephemeral(await alice.sync());
        return seen.includes(bob.userId) && seen.includes('m.typing') && seen.includes('m.receipt');
      });
    });

    it('tells who is there', async () => {
      const { alice, bob } = servers;
      await sharedRoom(alice, bob);
      await bob.ok('PUT', `/_matrix/client/v3/presence/${encodeURIComponent(bob.userId)}/status`, {
        presence: 'online',
        status_msg: 'here I am',
      });
      await eventually(async () => {
        const path = `/_matrix/client/v3/presence/${encodeURIComponent(bob.userId)}/status`;
        return (await alice.request('GET', path)).body.status_msg === 'here I am';
      });
    });

    it('shows what was said before this server was in the room, as far back as somebody scrolls', async () => {
      const { alice, bob } = servers;
      const roomId = await alice.createRoom({ preset: 'public_chat' });
      const said: string[] = [];
      for (let count = 0; count < 250; count += 1) said.push(await alice.say(roomId, `message ${count}`));
      await alice.ok('PUT', `${roomPath(roomId)}/redact/${encodeURIComponent(said[7] ?? '')}/r7`, {});
      await joinVia(bob, roomId, 'here.test');
      const seen: { event_id: string; type: string; content: object }[] = [];
      let from = '';
      do {
        const page = await bob.ok(
          'GET',
          `${roomPath(roomId)}/messages?dir=b&limit=60${from && `&from=${from}`}`,
        );
        seen.push(...page.chunk);
        from = page.end ?? '';
      } while (from !== '');
      const messages = seen.filter(({ type }) => type === 'm.room.message');
      expect(messages.map(({ event_id: id }) => id)).to.deep.equal(said.toReversed());
      expect(messages.find(({ event_id: id }) => id === said[7])?.content).to.deep.equal({});
      expect(seen.at(-1)?.type).to.equal('m.room.create');
      const { chunk } = await bob.ok('GET', `${roomPath(roomId)}/messages?dir=f&limit=3`);
      expect(chunk[0].type).to.equal('m.room.create');
      const around = await bob.ok(
        'GET',
        `${roomPath(roomId)}/context/${encodeURIComponent(said[5] ?? '')}?limit=4`,
      );
      expect(around.events_before.map(({ event_id: id }: { event_id: string }) => id)).to.deep.equal([
        said[4],
        said[3],
      ]);
    });

    it('finds what was said before by its ID, also where a link leads to it, and by its time', async () => {
      const { alice, bob } = servers;
      for (const question of ['event', 'context', 'timestamp'] as const) {
        const roomId = await alice.createRoom({ preset: 'public_chat' });
        const said = await alice.say(roomId, 'long ago');
        const { origin_server_ts: ts } = await alice.ok(
          'GET',
          `${roomPath(roomId)}/event/${encodeURIComponent(said)}`,
        );
        for (let count = 0; count < 120; count += 1) await alice.say(roomId, `message ${count}`);
        await joinVia(bob, roomId, 'here.test');
        const paths = {
          event: `event/${encodeURIComponent(said)}`,
          context: `context/${encodeURIComponent(said)}`,
          timestamp: `timestamp_to_event?dir=f&ts=${ts}`,
        };
        const prefix = question === 'timestamp' ? '/_matrix/client/v1' : '/_matrix/client/v3';
        const found = await bob.ok('GET', `${prefix}/rooms/${encodeURIComponent(roomId)}/${paths[question]}`);
        expect((found.event ?? found).event_id).to.equal(said);
      }
    });

    it('does not find what nobody has said, nor what is for those who were there', async () => {
      const { alice, bob } = servers;
      const state = [
        { type: 'm.room.history_visibility', state_key: '', content: { history_visibility: 'joined' } },
      ];
      const open = await alice.createRoom({ preset: 'public_chat' });
      const closed = await alice.createRoom({ preset: 'public_chat', initial_state: state });
      const secret = await alice.say(closed, 'between us');
      for (const roomId of [open, closed]) await joinVia(bob, roomId, 'here.test');
      for (const [roomId, eventId] of [
        [open, `$${'x'.repeat(43)}`],
        [open, secret],
        [closed, secret],
      ] as const) {
        const path = `${roomPath(roomId)}/event/${encodeURIComponent(eventId)}`;
        expect((await bob.request('GET', path)).status).to.equal(404);
      }
    });

    it('shows nothing of what was said before where that is for those who were there', async () => {
      const { alice, bob } = servers;
      const state = [
        { type: 'm.room.history_visibility', state_key: '', content: { history_visibility: 'joined' } },
      ];
      const roomId = await alice.createRoom({ preset: 'public_chat', initial_state: state });
      const secret = await alice.say(roomId, 'between us');
      await joinVia(bob, roomId, 'here.test');
      const { chunk } = await bob.ok('GET', `${roomPath(roomId)}/messages?dir=b&limit=60`);
      expect(JSON.stringify(chunk)).not.to.include(secret);
    });

    it('gets all that was said while it could not be reached', async () => {
      const { network, alice, bob } = servers;
      const roomId = await sharedRoom(alice, bob);
      network.cutOff('there.test');
      const said: string[] = [];
      for (let count = 0; count < 120; count += 1) said.push(await alice.say(roomId, `message ${count}`));
      network.reconnect('there.test');
      // Whoever hears from a server tries it again.
      await bob.say(roomId, 'back again');
      await untilSeen(bob, roomId, said.at(-1) ?? '');
      const { chunk } = await bob.ok('GET', `${roomPath(roomId)}/messages?dir=b&limit=200`);
      const bodies = chunk.map((event: { event_id: string }) => event.event_id);
      expect(said.filter((eventId) => !bodies.includes(eventId))).to.deep.equal([]);
    });
  });

  describe('devices', () => {
    it('takes messages to devices of the other server, also if it was down', async () => {
      const { network, alice, bob } = servers;
      await sharedRoom(alice, bob);
      network.cutOff('there.test');
      await alice.ok('PUT', '/_matrix/client/v3/sendToDevice/m.test/t1', {
        messages: { [bob.userId]: { [bob.deviceId]: { secret: 1 } } },
      });
      network.reconnect('there.test');
      await bob
        .ok('GET', `/_matrix/client/v3/directory/room/${encodeURIComponent('#none:here.test')}`)
        .catch(() => undefined);
      const message = await untilSynced(bob, ({ to_device: found }) => found?.events?.[0]);
      expect(message).to.deep.equal({ type: 'm.test', sender: alice.userId, content: { secret: 1 } });
    });

    it('gives the keys of devices, and tells when they change', async () => {
      const { alice, bob } = servers;
      await sharedRoom(alice, bob);
      const { next_batch: since } = await alice.sync();
      const crypto = new DeviceCrypto(bob);
      const keys = crypto.deviceKeys();
      await bob.ok('POST', '/_matrix/client/v3/keys/upload', {
        device_keys: keys,
        one_time_keys: crypto.oneTimeKeys(1),
      });
      await eventually(async () => {
        const { device_lists: lists } = await alice.sync({ since });
        return lists?.changed?.includes(bob.userId) === true;
      });
      const found = await alice.ok('POST', '/_matrix/client/v3/keys/query', {
        device_keys: { [bob.userId]: [] },
      });
      expect(found.device_keys[bob.userId][bob.deviceId]).to.deep.equal(keys);
      const claimed = await alice.ok('POST', '/_matrix/client/v3/keys/claim', {
        one_time_keys: { [bob.userId]: { [bob.deviceId]: 'signed_curve25519' } },
      });
      expect(claimed.one_time_keys[bob.userId][bob.deviceId]).to.deep.equal(crypto.oneTimeKeys(1));
    });

    it('gives the keys that are known while the other server cannot be reached', async () => {
      const { network, here, alice, bob } = servers;
      await sharedRoom(alice, bob);
      const query = (userIds: string[], deviceIds: string[] = []) =>
        alice.ok('POST', '/_matrix/client/v3/keys/query', {
          device_keys: Object.fromEntries(userIds.map((userId) => [userId, deviceIds])),
          timeout: 2_000,
        });
      const before = await query([bob.userId]);
      expect(before.failures).to.deep.equal({});
      const stranger = '@stranger:there.test';
      await query([stranger]);
      network.cutOff('there.test');
      try {
        await here.restart();
        const known = await query([bob.userId]);
        expect(known.device_keys).to.deep.equal(before.device_keys);
        expect(known.failures).to.have.property('there.test');
        expect((await query([bob.userId], ['OTHER'])).device_keys).to.deep.equal({ [bob.userId]: {} });
        expect((await query([stranger])).device_keys).to.deep.equal({});
        expect((await query([stranger, bob.userId])).device_keys).to.deep.equal(before.device_keys);
      } finally {
        network.reconnect('there.test');
      }
    });
  });

  describe('what the servers show each other', () => {
    it('brings media and thumbnails over, and keeps them', async () => {
      const { network, alice, bob } = servers;
      const image = await makeImage('png', { width: 200, height: 100 });
      const { content_uri: uri } = await alice.ok(
        'POST',
        '/_matrix/media/v3/upload?filename=a%20hill.png',
        image,
      );
      const path = uri.slice('mxc://'.length);
      const file = await bob.request('GET', `/_matrix/client/v1/media/download/${path}`);
      expect(file.status).to.equal(200);
      expect(file.headers.get('content-disposition')).to.include('hill.png');
      network.cutOff('here.test');
      try {
        const thumbnail = `/_matrix/client/v1/media/thumbnail/${path}?width=32&height=32&method=crop`;
        expect((await bob.request('GET', thumbnail)).status).to.equal(200);
      } finally {
        network.reconnect('here.test');
      }
    });

    it('has no media that the other server has not', async () => {
      const { status, body } = await servers.bob.request(
        'GET',
        '/_matrix/client/v1/media/download/here.test/nothing',
      );
      expect([status, body.errcode]).to.deep.equal([404, 'M_NOT_FOUND']);
    });

    it('shows spaces of the other server in its own, and says what a room of it is', async () => {
      const { alice, bob } = servers;
      const link = (user: TestUser, space: string, child: string) =>
        user.setState(space, 'm.space.child', { via: [user.userId.split(':')[1]] }, child);
      const space = { preset: 'public_chat', creation_content: { type: 'm.space' } };
      const [outer, inner] = [
        await bob.createRoom(space),
        await alice.createRoom({ ...space, name: 'Inner' }),
      ];
      const open = await alice.createRoom({ preset: 'public_chat', name: 'Open' });
      const closed = await alice.createRoom({ preset: 'private_chat', name: 'Closed' });
      for (const child of [open, closed]) await link(alice, inner, child);
      await bob.setState(outer, 'm.space.child', { via: ['here.test'] }, inner);
      const { rooms } = await bob.ok(
        'GET',
        `/_matrix/client/v1/rooms/${encodeURIComponent(outer)}/hierarchy`,
      );
      expect(rooms.map(({ room_id: id }: { room_id: string }) => id)).to.deep.equal([outer, inner, open]);
      const summary = `/_matrix/client/v1/room_summary/${encodeURIComponent(open)}?via=here.test`;
      expect(await bob.ok('GET', summary)).to.deep.include({
        room_id: open,
        name: 'Open',
        membership: 'leave',
      });
      const hidden = `/_matrix/client/v1/room_summary/${encodeURIComponent(closed)}?via=here.test`;
      expect((await bob.request('GET', hidden)).status).to.equal(404);
    });

    it('shows the directory of the other server', async () => {
      const { alice, bob } = servers;
      const roomId = await alice.createRoom({
        preset: 'public_chat',
        visibility: 'public',
        name: 'The fair',
      });
      const listed = await bob.ok('POST', '/_matrix/client/v3/publicRooms?server=here.test', {
        filter: { generic_search_term: 'fair' },
      });
      expect(listed.chunk.map(({ room_id: id }: { room_id: string }) => id)).to.deep.equal([roomId]);
      const all = await bob.ok('GET', '/_matrix/client/v3/publicRooms?server=here.test');
      expect(JSON.stringify(all.chunk)).to.include(roomId);
    });
  });
});
