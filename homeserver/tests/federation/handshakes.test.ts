import { expect } from 'chai';
import { signingBytes } from '../../src/protocol/hashing.ts';
import { roomVersionRules, supportedRoomVersions } from '../../src/protocol/room-versions.ts';
import { addSignature, generateSigningKey, signBytes, signJson } from '../../src/protocol/signing.ts';
import { pduFromWire, pduToWire } from '../../src/protocol/wire.ts';
import type { FakeHomeserver } from '../../test-kit/fake-homeserver.ts';
import { RemotePeer } from '../../test-kit/remote-peer.ts';
import { REMOTE } from '../../test-kit/remote-room.ts';
import { TestNetwork } from '../../test-kit/test-network.ts';
import type { TestServer } from '../../test-kit/test-server.ts';
import { roomPath, type TestUser } from '../../test-kit/test-user.ts';

const BOB = `@bob:${REMOTE}`;

describe('handshakes', function () {
  this.timeout(60_000);
  let network: TestNetwork;
  let server: TestServer;
  let fake: FakeHomeserver;
  let peer: RemotePeer;
  let alice: TestUser;

  before(async () => {
    network = await TestNetwork.create();
    server = await network.startServer('hs.test');
    fake = await network.startFake();
    peer = new RemotePeer(fake, server);
    alice = await server.register('alice');
  });

  after(() => network.stop());

  const publicRoom = (more: object = {}) => alice.createRoom({ preset: 'public_chat', ...more });
  const membershipOf = async (roomId: string, userId: string) => {
    const path = `${roomPath(roomId)}/state/m.room.member/${encodeURIComponent(userId)}`;
    return (await alice.request('GET', path)).body.membership;
  };

  for (const version of supportedRoomVersions) {
    it(`lets a user of another server into a room of version ${version}`, async () => {
      const roomId = await publicRoom({ room_version: version });
      const handshake = { roomId, userId: BOB, kind: 'join' } as const;
      const made = await peer.make(handshake);
      expect(made.body.room_version).to.equal(version);
      const sent = await peer.hand(handshake, peer.complete(made));
      expect(sent.status, JSON.stringify(sent.body)).to.equal(200);
      const types = sent.body.state.map(({ type }: { type: string }) => type);
      expect(types).to.include.members(['m.room.create', 'm.room.member', 'm.room.join_rules']);
      for (const event of sent.body.state) {
        expect(event.signatures['hs.test'], event.type).to.be.an('object');
      }
      expect(sent.body.members_omitted).to.equal(false);
      expect(await membershipOf(roomId, BOB)).to.equal('join');
    });
  }

  it('takes a join that is sent again, since its server missed the answer', async () => {
    const roomId = await publicRoom();
    const handshake = { roomId, userId: BOB, kind: 'join' } as const;
    const event = peer.complete(await peer.make(handshake));
    const first = await peer.hand(handshake, event);
    const second = await peer.hand(handshake, event);
    expect(second.status).to.equal(200);
    expect(second.body.state).to.deep.equal(first.body.state);
  });

  it('tells the state before the join, also where the room has moved on', async () => {
    const roomId = await publicRoom();
    const handshake = { roomId, userId: BOB, kind: 'join' } as const;
    const event = peer.complete(await peer.make(handshake));
    await alice.setState(roomId, 'm.room.topic', { topic: 'later' });
    const { body } = await peer.hand(handshake, event);
    expect(body.state.map(({ type }: { type: string }) => type)).to.not.include('m.room.topic');
    expect(await membershipOf(roomId, BOB)).to.equal('join');
  });

  it('leaves out members where they are not asked for, and names the servers instead', async () => {
    const roomId = await publicRoom({ name: 'A room' });
    const carol = await server.register('carol');
    await carol.join(roomId);
    const handshake = { roomId, userId: BOB, kind: 'join' } as const;
    const { body } = await peer.hand(
      handshake,
      peer.complete(await peer.make(handshake)),
      '?omit_members=true',
    );
    expect(body.members_omitted).to.equal(true);
    expect(body.servers_in_room).to.have.members(['hs.test', REMOTE]);
    const members = (events: { type: string; state_key?: string }[]) =>
      events.filter(({ type }) => type === 'm.room.member').map(({ state_key: userId }) => userId);
    expect(members(body.state)).to.not.include(carol.userId);
    expect(members([...body.state, ...body.auth_chain])).to.include(alice.userId);
  });

  it('refuses versions that the other server does not know, users of third servers, and rooms that are not here', async () => {
    const roomId = await publicRoom();
    const old = await peer.make({ roomId, userId: BOB, kind: 'join' }, '?ver=1&ver=9');
    expect(old.status).to.equal(400);
    expect(old.body).to.include({ errcode: 'M_INCOMPATIBLE_ROOM_VERSION', room_version: '12' });
    expect((await peer.make({ roomId, userId: BOB, kind: 'join' }, '')).body.errcode).to.equal(
      'M_INCOMPATIBLE_ROOM_VERSION',
    );
    const third = await peer.make({ roomId, userId: '@bob:third.test', kind: 'join' });
    expect([third.status, third.body.errcode]).to.deep.equal([403, 'M_FORBIDDEN']);
    const nowhere = await peer.make({ roomId: '!nowhere:hs.test', userId: BOB, kind: 'join' });
    expect([nowhere.status, nowhere.body.errcode]).to.deep.equal([404, 'M_NOT_FOUND']);
  });

  it('refuses joins to rooms that nobody may join', async () => {
    const roomId = await alice.createRoom({ preset: 'private_chat' });
    const { status, body } = await peer.make({ roomId, userId: BOB, kind: 'join' });
    expect([status, body.errcode]).to.deep.equal([403, 'M_FORBIDDEN']);
  });

  it('refuses servers that the room denies, and rooms that are blocked', async () => {
    const roomId = await publicRoom();
    const event = peer.complete(await peer.make({ roomId, userId: BOB, kind: 'join' }));
    await alice.setState(roomId, 'm.room.server_acl', { allow: ['*'], deny: [REMOTE] });
    for (const { status, body } of [
      await peer.make({ roomId, userId: BOB, kind: 'join' }),
      await peer.hand({ roomId, userId: BOB, kind: 'join' }, event),
    ]) {
      expect([status, body.errcode]).to.deep.equal([403, 'M_FORBIDDEN']);
    }
    expect(await membershipOf(roomId, BOB)).to.equal(undefined);
  });

  it('holds what is handed over to what it says it is', async () => {
    const roomId = await publicRoom();
    const handshake = { roomId, userId: BOB, kind: 'join' } as const;
    const made = await peer.make(handshake);
    const good = peer.complete(made);
    const wrong = [
      { ...good, eventId: '$other' },
      peer.complete(made, { type: 'm.room.message' }),
      peer.complete(made, { content: { membership: 'leave' } }),
      peer.complete(made, { state_key: `@carol:${REMOTE}` }),
      peer.complete(made, { sender: alice.userId, state_key: alice.userId }),
      { ...good, json: { ...good.json, signatures: {} } },
      peer.complete(made, { auth_events: [] }),
      peer.complete(made, { prev_events: ['$nowhere'] }),
    ];
    for (const [index, event] of wrong.entries()) {
      const { status } = await peer.hand(handshake, event);
      expect(status, `the wrong event ${index}`).to.be.within(400, 403);
    }
    expect(await membershipOf(roomId, BOB)).to.equal(undefined);
    expect((await peer.hand(handshake, good)).status).to.equal(200);
  });

  it('signs a join to a restricted room in the name of a member here', async () => {
    const spaceId = await publicRoom({ creation_content: { type: 'm.space' } });
    const roomId = await alice.createRoom({
      room_version: '11',
      initial_state: [
        {
          type: 'm.room.join_rules',
          state_key: '',
          content: { join_rule: 'restricted', allow: [{ type: 'm.room_membership', room_id: spaceId }] },
        },
      ],
    });
    const handshake = { roomId, userId: BOB, kind: 'join' } as const;
    const refused = await peer.make(handshake);
    expect([refused.status, refused.body.errcode]).to.deep.equal([403, 'M_FORBIDDEN']);
    await peer.join(spaceId, BOB);
    const made = await peer.make(handshake);
    expect(made.body.event.content.join_authorised_via_users_server).to.equal(alice.userId);
    const { status, body } = await peer.hand(handshake, peer.complete(made));
    expect(status, JSON.stringify(body)).to.equal(200);
    expect(Object.keys(body.event.signatures)).to.have.members(['hs.test', REMOTE]);
    expect(await membershipOf(roomId, BOB)).to.equal('join');
  });

  it('says so when it cannot know whether somebody may join', async () => {
    const roomId = await alice.createRoom({
      room_version: '11',
      initial_state: [
        {
          type: 'm.room.join_rules',
          state_key: '',
          content: {
            join_rule: 'restricted',
            allow: [{ type: 'm.room_membership', room_id: '!elsewhere:third.test' }],
          },
        },
      ],
    });
    const { status, body } = await peer.make({ roomId, userId: BOB, kind: 'join' });
    expect([status, body.errcode]).to.deep.equal([400, 'M_UNABLE_TO_AUTHORISE_JOIN']);
  });

  it('takes knocks, and tells what the room is', async () => {
    const roomId = await alice.createRoom({
      name: 'Closed door',
      initial_state: [{ type: 'm.room.join_rules', state_key: '', content: { join_rule: 'knock' } }],
    });
    const handshake = { roomId, userId: BOB, kind: 'knock' } as const;
    const { status, body } = await peer.hand(handshake, peer.complete(await peer.make(handshake)));
    expect(status, JSON.stringify(body)).to.equal(200);
    const name = body.knock_room_state.find(({ type }: { type: string }) => type === 'm.room.name');
    expect(name.content).to.deep.equal({ name: 'Closed door' });
    expect(body.knock_room_state.some(({ type }: { type: string }) => type === 'm.room.create')).to.equal(
      true,
    );
    expect(await membershipOf(roomId, BOB)).to.equal('knock');
  });

  it('lets members leave, and the invited say no', async () => {
    const roomId = await publicRoom();
    await peer.join(roomId, BOB);
    const handshake = { roomId, userId: BOB, kind: 'leave' } as const;
    const made = await peer.make(handshake);
    const { status, body } = await peer.hand(handshake, peer.complete(made));
    expect([status, body]).to.deep.equal([200, {}]);
    expect(await membershipOf(roomId, BOB)).to.equal('leave');
    expect((await peer.make({ roomId, userId: `@nobody:${REMOTE}`, kind: 'leave' })).status).to.equal(403);
  });

  it('serves joins and leaves in the form of old servers', async () => {
    const roomId = await publicRoom();
    for (const kind of ['join', 'leave'] as const) {
      const { eventId, json } = peer.complete(await peer.make({ roomId, userId: BOB, kind }));
      const ids = `${encodeURIComponent(roomId)}/${encodeURIComponent(eventId)}`;
      const { status, body } = await peer.request('PUT', `/_matrix/federation/v1/send_${kind}/${ids}`, json);
      expect(status, JSON.stringify(body)).to.equal(200);
      expect(body[0]).to.equal(200);
    }
  });

  describe('invites', () => {
    const DRAFT = {
      type: 'm.room.member',
      sender: BOB,
      // Servers from before it went out of use send it; the specification's schema still wants it.
      origin: REMOTE,
      depth: 5,
      origin_server_ts: 1000,
      hashes: { sha256: '' },
      signatures: {},
    };

    const inviteTo = (userId: string, roomId = `!there:${REMOTE}`, roomVersion = '11') => {
      const rules = roomVersionRules(roomVersion);
      if (rules === undefined) throw new Error('no such version');
      const content = { membership: 'invite' };
      const pairs = (ids: readonly string[]) =>
        rules.referencesCarryHashes ? ids.map((id) => [id, {}]) : [...ids];
      const references = { prev_events: pairs(['$before']), auth_events: pairs(['$create']) };
      return peer.sign({ ...DRAFT, ...references, room_id: roomId, state_key: userId, content }, rules);
    };
    const put = (event: { eventId: string; json: object }, more: object = {}, roomId = `!there:${REMOTE}`) =>
      peer.request(
        'PUT',
        `/_matrix/federation/v2/invite/${encodeURIComponent(roomId)}/${encodeURIComponent(event.eventId)}`,
        { room_version: '11', event: event.json, invite_room_state: [], ...more },
      );

    it('are signed, and shown with what tells of the room', async () => {
      const dave = await server.register('dave');
      const event = inviteTo(dave.userId);
      const name = { type: 'm.room.name', state_key: '', sender: BOB, content: { name: 'There' } };
      const { status, body } = await put(event, { invite_room_state: [name] });
      expect(status, JSON.stringify(body)).to.equal(200);
      const rules = roomVersionRules('11');
      if (rules === undefined) throw new Error('no such version');
      const signed = pduFromWire(body.event, rules);
      expect(Object.keys(signed.signatures)).to.have.members(['hs.test', REMOTE]);
      expect(signingBytes(signed, rules)).to.equal(signingBytes(pduFromWire(event.json, rules), rules));
      const { rooms } = await dave.sync();
      const shown = rooms.invite[`!there:${REMOTE}`].invite_state.events;
      expect(shown.some(({ content }: { content: { name?: string } }) => content.name === 'There')).to.equal(
        true,
      );
    });

    it('in the form of old servers are for rooms of the first version', async () => {
      const erin = await server.register('erin');
      const { eventId, json } = inviteTo(erin.userId, `!old:${REMOTE}`, '1');
      const path = `/_matrix/federation/v1/invite/${encodeURIComponent(`!old:${REMOTE}`)}/${encodeURIComponent(eventId)}`;
      const { status, body } = await peer.request('PUT', path, json);
      expect(status, JSON.stringify(body)).to.equal(200);
      expect(body[1].event.signatures).to.have.property('hs.test');
    });

    it('are refused for nobody here, of unknown versions, forged, or without the room of version 12', async () => {
      const frank = await server.register('frank');
      const good = inviteTo(frank.userId);
      const refused: [string, Promise<{ status: number; body: { errcode: string } }>][] = [
        ['M_FORBIDDEN', put(inviteTo('@nobody:hs.test'))],
        ['M_BAD_JSON', put(inviteTo('@frank:third.test'))],
        ['M_INCOMPATIBLE_ROOM_VERSION', put(good, { room_version: 'org.example.99' })],
        ['M_FORBIDDEN', put({ ...good, json: { ...good.json, signatures: {} } })],
        ['M_INVALID_PARAM', put({ ...good, eventId: '$other' })],
        [
          'M_MISSING_PARAM',
          put(
            inviteTo(frank.userId, '!abcdefghijklmnopqrstuvwxyz0123456789abcdefg', '12'),
            { room_version: '12' },
            '!abcdefghijklmnopqrstuvwxyz0123456789abcdefg',
          ),
        ],
      ];
      for (const [index, [errcode, response]] of refused.entries()) {
        const { status, body } = await response;
        expect(body.errcode, `${index}: ${status} ${JSON.stringify(body)}`).to.equal(errcode);
      }
      expect((await frank.sync()).rooms?.invite ?? {}).to.deep.equal({});
    });

    it('are refused for those who want none', async () => {
      const grace = await server.register('grace');
      const path = `/_matrix/client/v3/user/${encodeURIComponent(grace.userId)}/account_data/m.invite_permission_config`;
      await grace.ok('PUT', path, { default_action: 'block' });
      const { status, body } = await put(inviteTo(grace.userId));
      expect([status, body.errcode]).to.deep.equal([403, 'M_INVITE_BLOCKED']);
    });
  });

  describe('invites of addresses', () => {
    const identityKey = generateSigningKey(Buffer.alloc(32, 3), '1');

    /** A room in which Alice has invited an address, and the proof that it is somebody's. */
    async function inviteAddress(mxid: string, token = 'token') {
      const roomId = await alice.createRoom();
      const content = { display_name: 'b...@example.org', public_key: identityKey.publicKeyBase64 };
      await alice.setState(roomId, 'm.room.third_party_invite', content, token);
      return { roomId, signed: signJson({ mxid, token: 'token' }, 'id.test', identityKey) };
    }
    const exchange = (roomId: string, signed: object, changes: object = {}) =>
      peer.request(
        'PUT',
        `/_matrix/federation/v1/exchange_third_party_invite/${encodeURIComponent(roomId)}`,
        {
          type: 'm.room.member',
          room_id: roomId,
          sender: alice.userId,
          state_key: BOB,
          content: { membership: 'invite', third_party_invite: { signed } },
          ...changes,
        },
      );

    before(() => {
      fake.answer('PUT', '/_matrix/federation/v2/invite/{roomId}/{eventId}', ({ body }) => {
        const rules = roomVersionRules(body.room_version);
        if (rules === undefined) throw new Error('no such version');
        const pdu = pduFromWire(body.event, rules);
        const signature = signBytes(signingBytes(pdu, rules), fake.key);
        return { event: pduToWire(addSignature(pdu, fake.name, fake.key.keyId, signature), rules) };
      });
    });

    it('become invites of the users whom the addresses belong to', async () => {
      const { roomId, signed } = await inviteAddress(BOB);
      const { status, body } = await exchange(roomId, signed);
      expect([status, body]).to.deep.equal([200, {}]);
      expect(await membershipOf(roomId, BOB)).to.equal('invite');
    });

    it('need the proof, an inviter of here, and a user of the server that asks', async () => {
      const { roomId, signed } = await inviteAddress(BOB);
      const other = await inviteAddress(BOB, 'another token');
      for (const { status } of [
        await exchange(roomId, { ...signed, signatures: {} }),
        await exchange(
          roomId,
          signJson({ mxid: `@carol:${REMOTE}`, token: 'token' }, 'id.test', identityKey),
        ),
        await exchange(other.roomId, signed),
        await exchange(roomId, signed, { sender: '@carol:third.test' }),
        await exchange(roomId, signed, { state_key: '@bob:third.test' }),
        await exchange(roomId, signed, { room_id: other.roomId }),
        await exchange(roomId, signed, { content: { membership: 'join', third_party_invite: { signed } } }),
        await exchange(roomId, signed, { content: { membership: 'invite' } }),
      ]) {
        expect(status).to.be.within(400, 403);
      }
      expect(await membershipOf(roomId, BOB)).to.equal(undefined);
    });

    it('are redeemed when an identity server says whose the address is', async () => {
      const henry = await server.register('henry');
      const { roomId, signed } = await inviteAddress(henry.userId);
      const exchanged = fake.requested(({ uri }) => uri.includes('/exchange_third_party_invite/'));
      fake.answer('PUT', '/_matrix/federation/v1/exchange_third_party_invite/{roomId}', {});
      const ours = {
        medium: 'email',
        address: 'h@example.org',
        mxid: henry.userId,
        room_id: roomId,
        sender: alice.userId,
        signed,
      };
      const theirs = { ...ours, room_id: `!there:${REMOTE}`, sender: BOB };
      const { medium, address, mxid } = ours;
      const body = { medium, address, mxid, invites: [{ ...ours, sender: '@nobody:hs.test' }, ours, theirs] };
      expect((await server.request('PUT', '/_matrix/federation/v1/3pid/onbind', body)).status).to.equal(200);
      expect(await membershipOf(roomId, henry.userId)).to.equal('invite');
      expect((await exchanged).body).to.deep.include({ sender: BOB, state_key: henry.userId });
      const nobody = { ...body, mxid: '@nobody:hs.test' };
      for (const method of ['PUT', 'POST']) {
        const { status, body } = await server.request(method, '/_matrix/federation/v1/3pid/onbind', nobody);
        expect([status, body.errcode]).to.deep.equal([400, 'M_BAD_JSON']);
      }
    });
  });
});
