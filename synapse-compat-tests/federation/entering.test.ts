import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { generateSigningKey, signJson } from '../../homeserver/src/protocol/signing.ts';
import { request, roomPath, type TestResponse } from '../../homeserver/test-kit/test-user.ts';
import { joinVia, untilMember, untilSeen, untilSynced } from '../../homeserver/test-kit/two-servers.ts';
import { bothWays, empower, untilSameState } from './both-ways.ts';

/** The state of a new room that has a join rule. */
const ruled = (content: object) => ({
  preset: 'private_chat',
  initial_state: [{ type: 'm.room.join_rules', state_key: '', content }],
});

bothWays('entering and leaving', (way) => {
  const invited = (roomId: string) => (answer: TestResponse['body']) => answer.rooms?.invite?.[roomId];
  const left = (roomId: string) => (answer: TestResponse['body']) => answer.rooms?.leave?.[roomId];
  const knock = (room: string) =>
    `/_matrix/client/v3/knock/${encodeURIComponent(room)}?via=${encodeURIComponent(way.host.serverName)}`;
  const joinPath = (roomId: string) =>
    `/_matrix/client/v3/join/${encodeURIComponent(roomId)}?via=${encodeURIComponent(way.host.serverName)}`;

  it('join a public room by its alias', async () => {
    const { owner, visitor } = await way.meet();
    const name = `agora-${visitor.deviceId.toLowerCase()}`;
    const roomId = await owner.createRoom({ preset: 'public_chat', room_alias_name: name });
    await visitor.join(`#${name}:${way.host.serverName}`);
    await untilMember(owner, roomId, visitor, 'join');
    await untilSameState(roomId, { owner, visitor });
  });

  it('are refused by a room that they are not invited to', async () => {
    const { owner, visitor } = await way.meet();
    const roomId = await owner.createRoom({ preset: 'private_chat' });
    const { status, body } = await visitor.request('POST', joinPath(roomId), {});
    expect([status, body.errcode]).to.deep.equal([403, 'M_FORBIDDEN']);
  });

  it('are invited, see what to, and come in', async () => {
    const { owner, visitor } = await way.meet();
    const roomId = await owner.createRoom({ preset: 'private_chat', name: 'The den' });
    await owner.invite(roomId, visitor);
    const { invite_state: state } = await untilSynced(visitor, invited(roomId));
    const seen = state.events.map(({ type, content }: TestResponse['body']) => [type, content.name]);
    expect(seen).to.deep.include(['m.room.name', 'The den']);
    await visitor.join(roomId);
    await untilMember(owner, roomId, visitor, 'join');
    await untilSeen(visitor, roomId, await owner.say(roomId, 'welcome'));
    await untilSameState(roomId, { owner, visitor });
  });

  it('are invited when a room is made', async () => {
    const { owner, visitor } = await way.meet();
    const roomId = await owner.createRoom({
      preset: 'trusted_private_chat',
      is_direct: true,
      invite: [visitor.userId],
    });
    const { invite_state: state } = await untilSynced(visitor, invited(roomId));
    const own = state.events.find(({ state_key: key }: TestResponse['body']) => key === visitor.userId);
    expect(own.content).to.include({ membership: 'invite', is_direct: true });
    await visitor.join(roomId);
    await untilSameState(roomId, { owner, visitor });
  });

  it('turn an invite down', async () => {
    const { owner, visitor } = await way.meet();
    const roomId = await owner.createRoom({ preset: 'private_chat' });
    await owner.invite(roomId, visitor);
    await untilSynced(visitor, invited(roomId));
    await visitor.ok('POST', `${roomPath(roomId)}/leave`, {});
    await untilMember(owner, roomId, visitor, 'leave');
  });

  it('lose an invite that is taken back', async () => {
    const { owner, visitor } = await way.meet();
    const roomId = await owner.createRoom({ preset: 'private_chat' });
    await owner.invite(roomId, visitor);
    await untilSynced(visitor, invited(roomId));
    await owner.ok('POST', `${roomPath(roomId)}/kick`, { user_id: visitor.userId });
    await untilSynced(visitor, ({ rooms }) => (rooms?.invite?.[roomId] === undefined ? true : undefined));
  });

  it('invite somebody who is there, into a room of the other server', async () => {
    const { owner, visitor, roomId } = await way.meetIn(ruled({ join_rule: 'public' }));
    const friend = await way.guest.register(`friend-of-${visitor.deviceId.toLowerCase()}`);
    const distant = await way.host.register(`distant-${visitor.deviceId.toLowerCase()}`);
    await owner.setState(roomId, 'm.room.join_rules', { join_rule: 'invite' });
    await untilSameState(roomId, { owner, visitor });
    for (const user of [friend, distant]) {
      await visitor.invite(roomId, user);
      await untilSynced(user, invited(roomId));
      await user.join(roomId);
      await untilMember(owner, roomId, user, 'join');
      await untilMember(visitor, roomId, user, 'join');
    }
    await untilSameState(roomId, { owner, visitor });
  });

  it('knock, and are let in', async () => {
    const { owner, visitor } = await way.meet();
    const roomId = await owner.createRoom(ruled({ join_rule: 'knock' }));
    await visitor.ok('POST', knock(roomId), { reason: 'let me in' });
    await untilSynced(visitor, ({ rooms }) => rooms?.knock?.[roomId]);
    await untilMember(owner, roomId, visitor, 'knock');
    await owner.invite(roomId, visitor);
    await untilSynced(visitor, invited(roomId));
    await visitor.join(roomId);
    await untilMember(owner, roomId, visitor, 'join');
  });

  // Synapse does not know whom to tell that its user is not knocking any more, and tells nobody.
  if (way.from === 'Guildhall') {
    it('knock, and think better of it', async () => {
      const { owner, visitor } = await way.meet();
      const roomId = await owner.createRoom(ruled({ join_rule: 'knock' }));
      await visitor.ok('POST', knock(roomId), {});
      await untilMember(owner, roomId, visitor, 'knock');
      await visitor.ok('POST', `${roomPath(roomId)}/leave`, {});
      await untilMember(owner, roomId, visitor, 'leave');
      const { rooms } = await visitor.sync();
      expect(rooms?.knock?.[roomId]).to.equal(undefined);
    });
  }

  it('join because they are in a space, and not without', async () => {
    const space = await way.meetIn({ creation_content: { type: 'm.space' } });
    const allow = [{ type: 'm.room_membership', room_id: space.roomId }];
    for (const [join_rule, room_version] of [
      ['restricted', '8'],
      ['restricted', '12'],
      ['knock_restricted', '12'],
    ] as const) {
      const roomId = await space.owner.createRoom({ room_version, ...ruled({ join_rule, allow }) });
      await joinVia(space.visitor, roomId, way.host.serverName);
      await untilMember(space.owner, roomId, space.visitor, 'join');
      await untilSameState(roomId, space);
      const { visitor: stranger } = await way.meet();
      const { status, body } = await stranger.request('POST', joinPath(roomId), {});
      expect([status, body.errcode]).to.deep.equal([403, 'M_FORBIDDEN']);
    }
  });

  it('come in and leave again at once, many times', async () => {
    const { owner, visitor } = await way.meet();
    const roomId = await owner.createRoom({ preset: 'public_chat' });
    for (let times = 0; times < 10; times += 1) {
      await joinVia(visitor, roomId, way.host.serverName);
      await visitor.ok('POST', `${roomPath(roomId)}/leave`, {});
      await untilMember(owner, roomId, visitor, 'leave');
    }
  });

  it('leave, come back, and see what was said meanwhile', async () => {
    const { owner, visitor, roomId } = await way.meetIn();
    await visitor.ok('POST', `${roomPath(roomId)}/leave`, {});
    await untilMember(owner, roomId, visitor, 'leave');
    const eventId = await owner.say(roomId, 'while they are out');
    await owner.setState(roomId, 'm.room.topic', { topic: 'Absence' });
    await joinVia(visitor, roomId, way.host.serverName);
    await untilMember(owner, roomId, visitor, 'join');
    await untilSameState(roomId, { owner, visitor });
    const { chunk } = await visitor.ok('GET', `${roomPath(roomId)}/messages?dir=b&limit=50`);
    expect(chunk.map(({ event_id: id }: TestResponse['body']) => id)).to.include(eventId);
  });

  it('are kicked, banned, and pardoned', async () => {
    const { owner, visitor, roomId } = await way.meetIn();
    const { next_batch: since } = await visitor.sync();
    await owner.ok('POST', `${roomPath(roomId)}/kick`, { user_id: visitor.userId, reason: 'manners' });
    const { timeline } = await untilSynced(visitor, left(roomId), since);
    expect(timeline.events.at(-1).content).to.include({ membership: 'leave', reason: 'manners' });
    await joinVia(visitor, roomId, way.host.serverName);
    await untilMember(owner, roomId, visitor, 'join');
    const { next_batch: back } = await visitor.sync();
    await owner.ok('POST', `${roomPath(roomId)}/ban`, { user_id: visitor.userId });
    await untilSynced(visitor, left(roomId), back);
    expect((await visitor.request('POST', joinPath(roomId), {})).status).to.equal(403);
    await owner.ok('POST', `${roomPath(roomId)}/unban`, { user_id: visitor.userId });
    await joinVia(visitor, roomId, way.host.serverName);
    await untilMember(owner, roomId, visitor, 'join');
    await untilSameState(roomId, { owner, visitor });
  });

  it('kick and ban in rooms of the other server', async () => {
    const { owner, visitor, roomId } = await way.meetIn();
    await empower(owner, visitor, roomId);
    const kim = await way.host.register(`kim-${visitor.deviceId.toLowerCase()}`);
    const nina = await way.host.register(`nina-${visitor.deviceId.toLowerCase()}`);
    for (const user of [kim, nina]) {
      await user.join(roomId);
      await untilMember(visitor, roomId, user, 'join');
    }
    await visitor.ok('POST', `${roomPath(roomId)}/kick`, { user_id: kim.userId });
    await visitor.ok('POST', `${roomPath(roomId)}/ban`, { user_id: nina.userId });
    await untilMember(owner, roomId, kim, 'leave');
    await untilMember(owner, roomId, nina, 'ban');
    await untilSameState(roomId, { owner, visitor });
  });

  it('are invited by an address that turns out to be theirs', async () => {
    const { owner, visitor } = await way.meet();
    const identity = generateSigningKey(randomBytes(32));
    // Synapse asks whether the key still counts.
    const validity = createServer((_request, response) => {
      response.setHeader('Content-Type', 'application/json').end('{"valid":true}');
    });
    await new Promise<void>((resolve) => validity.listen(0, '127.0.0.1', resolve));
    try {
      const key_validity_url = `http://127.0.0.1:${(validity.address() as AddressInfo).port}/valid`;
      const key = { public_key: identity.publicKeyBase64, key_validity_url };
      // In later versions the room's ID does not name a server, and Synapse goes by that as well.
      const roomId = await owner.createRoom({ preset: 'private_chat', room_version: '11' });
      const token = randomBytes(16).toString('hex');
      const offer = { display_name: 'v...@e...', ...key, public_keys: [key] };
      await owner.setState(roomId, 'm.room.third_party_invite', offer, token);
      const signed = signJson({ mxid: visitor.userId, token }, 'identity.test', identity);
      const address = { medium: 'email', address: 'visitor@example.org', mxid: visitor.userId };
      const invite = { ...address, room_id: roomId, sender: owner.userId, signed };
      const { status } = await request(way.guest.url, 'POST', '/_matrix/federation/v1/3pid/onbind', {
        body: { ...address, invites: [invite] },
        send: fetch,
      });
      expect(status).to.equal(200);
      await untilSynced(visitor, invited(roomId));
      await visitor.join(roomId);
      await untilMember(owner, roomId, visitor, 'join');
      await untilSameState(roomId, { owner, visitor });
    } finally {
      validity.close();
    }
  });
});
