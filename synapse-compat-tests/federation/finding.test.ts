import { expect } from 'chai';
import { makeImage } from '../../homeserver/test-kit/images.ts';
import { request, roomPath, type TestResponse, type TestUser } from '../../homeserver/test-kit/test-user.ts';
import { joinVia } from '../../homeserver/test-kit/two-servers.ts';
import { bothWays } from './both-ways.ts';

bothWays('finding', (way) => {
  const nameOf = ({ deviceId }: TestUser) => `place-${deviceId.toLowerCase()}`;
  const namesOf = (rooms: TestResponse['body'][]) => rooms.map(({ name }) => name);

  it('see the rooms that the other server has published, page by page, and search them', async () => {
    const { owner, visitor } = await way.meet();
    const name = nameOf(owner);
    const names = [`${name} one`, `${name} two`, `${name} three`];
    for (const each of names) {
      await owner.createRoom({ preset: 'public_chat', visibility: 'public', name: each, topic: 'of a test' });
    }
    const server = encodeURIComponent(way.host.serverName);
    const path = `/_matrix/client/v3/publicRooms?server=${server}`;
    const filter = { generic_search_term: name };
    const found: string[] = [];
    let since: string | undefined;
    do {
      const page = await visitor.ok('POST', path, {
        limit: 1,
        filter,
        ...(since !== undefined && { since }),
      });
      expect(page.chunk.length).to.be.at.most(1);
      found.push(...namesOf(page.chunk));
      since = page.next_batch;
    } while (since !== undefined);
    expect(found).to.have.members(names);
    expect(namesOf((await visitor.ok('GET', path)).chunk)).to.include.members(names);
  });

  it('are told where an alias leads, and when it leads nowhere any more', async () => {
    const { owner, visitor } = await way.meet();
    const roomId = await owner.createRoom({ room_alias_name: nameOf(owner) });
    const alias = encodeURIComponent(`#${nameOf(owner)}:${way.host.serverName}`);
    const path = `/_matrix/client/v3/directory/room/${alias}`;
    expect(await visitor.ok('GET', path)).to.deep.equal({ room_id: roomId, servers: [way.host.serverName] });
    await owner.ok('DELETE', path);
    const { status, body } = await visitor.request('GET', path);
    expect([status, body.errcode]).to.deep.equal([404, 'M_NOT_FOUND']);
  });

  it('see the tree of a space, with the rooms that they could enter', async () => {
    const { owner, visitor } = await way.meet();
    const make = (body: object) => owner.createRoom({ preset: 'public_chat', ...body });
    const space = await make({ name: 'Space', creation_content: { type: 'm.space' } });
    const inner = await make({ name: 'Inner space', creation_content: { type: 'm.space' } });
    const open = await make({ name: 'Open', topic: 'Come in' });
    const closed = await make({ preset: 'private_chat', name: 'Closed' });
    const allow = [{ type: 'm.room_membership', room_id: space }];
    const restricted = await make({
      name: 'For members',
      initial_state: [
        { type: 'm.room.join_rules', state_key: '', content: { join_rule: 'restricted', allow } },
      ],
    });
    const via = [way.host.serverName];
    for (const [parent, child] of [
      [space, inner],
      [space, closed],
      [space, restricted],
      [inner, open],
    ] as const) {
      await owner.setState(parent, 'm.space.child', { via }, child);
    }
    await joinVia(visitor, space, way.host.serverName);
    const { rooms } = await visitor.ok(
      'GET',
      `/_matrix/client/v1/rooms/${encodeURIComponent(space)}/hierarchy`,
    );
    expect(namesOf(rooms)).to.have.members(['Space', 'Inner space', 'For members', 'Open']);
    const shown = rooms.find(({ room_id: id }: TestResponse['body']) => id === open);
    expect(shown).to.include({ topic: 'Come in', join_rule: 'public', num_joined_members: 1 });
  });

  it('see what a room is before they enter it', async () => {
    const { owner, visitor } = await way.meet();
    const roomId = await owner.createRoom({ preset: 'public_chat', name: 'Open', topic: 'Come in' });
    const via = encodeURIComponent(way.host.serverName);
    const path = `/_matrix/client/v1/room_summary/${encodeURIComponent(roomId)}?via=${via}`;
    expect(await visitor.ok('GET', path)).to.deep.include({
      room_id: roomId,
      name: 'Open',
      topic: 'Come in',
      num_joined_members: 1,
      join_rule: 'public',
    });
  });

  it('see profiles of people they share no room with', async () => {
    const { owner, visitor } = await way.meet();
    const path = `/_matrix/client/v3/profile/${encodeURIComponent(owner.userId)}`;
    await owner.ok('PUT', `${path}/displayname`, { displayname: 'The owner' });
    expect(await visitor.ok('GET', path)).to.deep.include({ displayname: 'The owner' });
    const nobody = path.replace('owner', 'nobody');
    const { status, body } = await visitor.request('GET', nobody);
    expect([status, body.errcode]).to.deep.equal([404, 'M_NOT_FOUND']);
  });

  it('get media and thumbnails', async () => {
    const { owner, visitor } = await way.meet();
    const image = await makeImage('png', { width: 200, height: 100 });
    const { body } = await request(way.host.url, 'POST', '/_matrix/media/v3/upload?filename=hill.png', {
      token: owner.accessToken,
      headers: { 'Content-Type': 'image/png' },
      body: image,
      send: fetch,
    });
    const id = body.content_uri.slice('mxc://'.length);
    const get = (path: string) =>
      fetch(`${way.guest.url}/_matrix/client/v1/media/${path}`, {
        headers: { Authorization: `Bearer ${visitor.accessToken}` },
      });
    for (const name of ['', '/other.png']) {
      const file = await get(`download/${id}${name}`);
      expect(file.status).to.equal(200);
      expect(file.headers.get('content-disposition')).to.include(name === '' ? 'hill.png' : 'other.png');
      expect(Buffer.from(await file.arrayBuffer()).equals(image)).to.equal(true);
    }
    for (const method of ['crop', 'scale']) {
      const thumbnail = await get(`thumbnail/${id}?width=32&height=32&method=${method}`);
      expect(thumbnail.status, method).to.equal(200);
      expect(thumbnail.headers.get('content-type')).to.match(/^image\//);
      expect((await thumbnail.arrayBuffer()).byteLength).to.be.greaterThan(0);
    }
    expect((await get(`download/${way.host.serverName}/nothing`)).status).to.equal(404);
  });

  it('show a third party who they are', async () => {
    const { owner, visitor } = await way.meet();
    for (const [user, server] of [
      [owner, way.host],
      [visitor, way.guest],
    ] as const) {
      const path = `/_matrix/client/v3/user/${encodeURIComponent(user.userId)}/openid/request_token`;
      const token = await user.ok('POST', path, {});
      expect(token.matrix_server_name).to.equal(server.serverName);
      const asked = `/_matrix/federation/v1/openid/userinfo?access_token=${encodeURIComponent(token.access_token)}`;
      const { status, body } = await request(server.url, 'GET', asked, { send: fetch });
      expect([status, body]).to.deep.equal([200, { sub: user.userId }]);
      const wrong = await request(server.url, 'GET', `${asked}x`, { send: fetch });
      expect([wrong.status, wrong.body.errcode]).to.deep.equal([401, 'M_UNKNOWN_TOKEN']);
    }
  });

  it('peek into no room that is closed', async () => {
    const { owner, visitor } = await way.meet();
    const roomId = await owner.createRoom({ preset: 'private_chat', name: 'Closed' });
    expect((await visitor.request('GET', `${roomPath(roomId)}/messages?dir=b`)).status).to.equal(403);
    const via = encodeURIComponent(way.host.serverName);
    const path = `/_matrix/client/v1/room_summary/${encodeURIComponent(roomId)}?via=${via}`;
    expect((await visitor.request('GET', path)).status).to.be.oneOf([403, 404]);
  });
});
