import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { makeImage } from '../test-kit/images.ts';
import { ShiftedClock } from '../test-kit/shifted-clock.ts';
import { TestServer } from '../test-kit/test-server.ts';
import { roomPath, TestUser } from '../test-kit/test-user.ts';

const GUILDS = '/_guildhall/client/v1/guilds';
const INVITES = '/_guildhall/client/v1/invites';

interface Guild {
  readonly guild_id: string;
  readonly channels: readonly { readonly room_id: string; readonly name: string }[];
}

async function joinedRooms(user: TestUser): Promise<string[]> {
  return (await user.ok('GET', '/_matrix/client/v3/joined_rooms')).joined_rooms;
}

/** What follows a change of the guild's own membership comes right after it, not with it. */
async function eventually(check: () => Promise<unknown>): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await check();
      return;
    } catch (error) {
      if (attempt === 40) throw error;
      await delay(50);
    }
  }
}

describe('Guilds', () => {
  const clock = new ShiftedClock();
  let server: TestServer;
  let alice: TestUser;
  let bob: TestUser;
  let guild: Guild;

  before(async () => {
    server = await TestServer.start({}, { clock });
    alice = await server.register('alice');
    bob = await server.register('bob');
  });
  after(() => server.stop());
  beforeEach(async () => {
    guild = await alice.ok('POST', GUILDS, { name: '  The Hall ', topic: 'Everybody' });
  });

  async function inviteCode(): Promise<string> {
    return (await alice.ok('POST', `${GUILDS}/${encodeURIComponent(guild.guild_id)}/invites`, {})).code;
  }

  function createChannel(body: object, user = alice) {
    return user.request('POST', `${GUILDS}/${encodeURIComponent(guild.guild_id)}/channels`, body);
  }

  it('have forums, which say that they are', async () => {
    const { status, body } = await createChannel({ name: 'ideas', kind: 'forum' });
    expect(status).to.equal(200);
    const path = `${roomPath(body.room_id)}/state/io.guildhall.forum`;
    expect(await alice.ok('GET', path)).to.deep.equal({ tags: [] });
    const text = await createChannel({ name: 'talk', kind: 'text' });
    const none = await alice.request('GET', `${roomPath(text.body.room_id)}/state/io.guildhall.forum`);
    expect(none.status).to.equal(404);
  });

  it('are spaces that the steward creates and their owner governs', async () => {
    const state: { type: string; state_key: string; sender: string; content: Record<string, unknown> }[] =
      await alice.ok('GET', `${roomPath(guild.guild_id)}/state`);
    const find = (type: string, key = '') =>
      state.find((event) => event.type === type && event.state_key === key);
    expect(find('m.room.create')?.sender).to.equal('@_guildhall:hs.test');
    expect(find('m.room.create')?.content).to.include({ type: 'm.space', room_version: '12' });
    expect(find('m.room.name')?.content.name).to.equal('The Hall');
    expect(find('m.room.power_levels')?.content.users).to.deep.equal({ [alice.userId]: 150 });
    expect(find('m.room.join_rules')?.content.join_rule).to.equal('invite');
    expect(find('m.space.child', guild.channels[0]?.room_id)?.content).to.deep.include({ via: ['hs.test'] });
    expect(guild.channels.map((channel) => channel.name)).to.deep.equal(['general']);
    expect(await joinedRooms(alice)).to.include.members([guild.guild_id, guild.channels[0]?.room_id]);
  });

  it('let a guest in by a link, which shows what it leads to before anybody logs in', async () => {
    const code = await inviteCode();
    const preview = await server.request('GET', `${INVITES}/${code}`);
    expect(preview.status).to.equal(200);
    expect(preview.body).to.deep.equal({
      code,
      guild: {
        guild_id: guild.guild_id,
        name: 'The Hall',
        topic: 'Everybody',
        has_picture: false,
        member_count: 1,
      },
      inviter: { user_id: alice.userId, display_name: 'alice' },
    });
    const joined = await bob.ok('POST', `${INVITES}/${code}/redeem`, {});
    expect(joined).to.deep.equal({ guild_id: guild.guild_id, channels: guild.channels });
    expect(await joinedRooms(bob)).to.include.members([guild.guild_id, guild.channels[0]?.room_id]);
    await bob.say(guild.channels[0]?.room_id ?? '', 'I am in');
    expect(await bob.ok('POST', `${INVITES}/${code}/redeem`, {}), 'a second time').to.deep.equal(joined);
    expect((await server.request('GET', `${INVITES}/${code}`)).body.guild.member_count).to.equal(2);
  });

  describe('invite links', () => {
    const invitesPath = () => `${GUILDS}/${encodeURIComponent(guild.guild_id)}/invites`;
    const revoke = (user: TestUser, code: string) => user.request('DELETE', `${invitesPath()}/${code}`);
    const listedBy = async (user: TestUser): Promise<{ code: string; uses: number }[]> =>
      (await user.ok('GET', invitesPath())).invites;

    it('are listed with who made them and what is left of them', async () => {
      const made = await alice.ok('POST', invitesPath(), { expires_in_ms: 60_000, max_uses: 2 });
      expect(made).to.deep.equal({
        code: made.code,
        url: `${server.url}/invite/${made.code}`,
        inviter: { user_id: alice.userId, display_name: 'alice' },
        created_ts: made.created_ts,
        uses: 0,
        expires_ts: made.created_ts + 60_000,
        max_uses: 2,
      });
      await bob.ok('POST', `${INVITES}/${made.code}/redeem`);
      await bob.ok('POST', `${INVITES}/${made.code}/redeem`);
      expect(await listedBy(alice), 'a member who comes again').to.deep.equal([{ ...made, uses: 1 }]);
    });

    it('without limits are one for each person who asks', async () => {
      const first = await inviteCode();
      expect(await inviteCode()).to.equal(first);
      const { code } = await alice.ok('POST', invitesPath(), { max_uses: 5 });
      expect(code).not.to.equal(first);
      expect((await listedBy(alice)).map((invite) => invite.code)).to.have.members([first, code]);
    });

    it('are seen and taken back by who made them, and by those who may remove people', async () => {
      const code = await inviteCode();
      await bob.ok('POST', `${INVITES}/${code}/redeem`);
      const own = (await bob.ok('POST', invitesPath(), {})).code;
      expect((await listedBy(bob)).map((invite) => invite.code)).to.deep.equal([own]);
      expect((await listedBy(alice)).map((invite) => invite.code)).to.have.members([own, code]);
      const refused = await revoke(bob, code);
      expect([refused.status, refused.body.errcode]).to.deep.equal([403, 'M_FORBIDDEN']);
      expect((await revoke(alice, own)).status).to.equal(200);
      expect((await revoke(alice, code)).status).to.equal(200);
      expect(await listedBy(alice)).to.deep.equal([]);
      for (const gone of [own, code]) {
        const preview = await server.request('GET', `${INVITES}/${gone}`);
        expect([preview.status, preview.body.errcode, preview.body.reason]).to.deep.equal([
          404,
          'M_NOT_FOUND',
          undefined,
        ]);
      }
    });

    it('let in as many as they are for, also when all come at once', async () => {
      const { code } = await alice.ok('POST', invitesPath(), { max_uses: 2 });
      const guests = await Promise.all(
        [1, 2, 3, 4].map((number) => server.register(`guest${number}x${Date.now()}`)),
      );
      const answers = await Promise.all(
        guests.map((guest) => guest.request('POST', `${INVITES}/${code}/redeem`)),
      );
      expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 200, 404, 404]);
      expect(answers.find(({ status }) => status === 404)?.body.reason).to.equal('used_up');
      expect((await server.request('GET', `${INVITES}/${code}`)).body.reason).to.equal('used_up');
      expect(await listedBy(alice)).to.deep.equal([]);
    });

    it('count once who asks twice at the same moment', async () => {
      const { code } = await alice.ok('POST', invitesPath(), { max_uses: 2 });
      const redeem = () => bob.request('POST', `${INVITES}/${code}/redeem`);
      const answers = await Promise.all([redeem(), redeem()]);
      expect(answers.map(({ status }) => status)).to.deep.equal([200, 200]);
      expect((await listedBy(alice)).map(({ uses }) => uses)).to.deep.equal([1]);
    });

    it('do not count who could not come in', async () => {
      const { code } = await alice.ok('POST', invitesPath(), { max_uses: 1 });
      await alice.ok('POST', `${roomPath(guild.guild_id)}/ban`, { user_id: bob.userId });
      expect((await bob.request('POST', `${INVITES}/${code}/redeem`)).status).to.equal(403);
      await alice.ok('POST', `${roomPath(guild.guild_id)}/unban`, { user_id: bob.userId });
      await bob.ok('POST', `${INVITES}/${code}/redeem`);
    });

    it('end when their time is over', async () => {
      const { code } = await alice.ok('POST', invitesPath(), { expires_in_ms: 60_000 });
      expect((await server.request('GET', `${INVITES}/${code}`)).status).to.equal(200);
      clock.set(clock.now() + 60_000);
      const preview = await server.request('GET', `${INVITES}/${code}`);
      expect([preview.status, preview.body.errcode, preview.body.reason]).to.deep.equal([
        404,
        'M_NOT_FOUND',
        'expired',
      ]);
      expect((await bob.request('POST', `${INVITES}/${code}/redeem`)).status).to.equal(404);
      expect(await listedBy(alice)).to.deep.equal([]);
    });

    it('show the picture of the guild to whoever has them', async () => {
      const code = await inviteCode();
      const picture = `${server.url}${INVITES}/${code}/picture`;
      expect((await fetch(picture)).status, 'without a picture').to.equal(404);
      const uploaded = await fetch(`${server.url}/_matrix/media/v3/upload`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${alice.accessToken}`, 'Content-Type': 'image/png' },
        body: await makeImage('png', { width: 300, height: 200 }),
      });
      const { content_uri: url } = (await uploaded.json()) as { content_uri: string };
      await alice.ok('PUT', `${roomPath(guild.guild_id)}/state/m.room.avatar/`, { url });
      expect((await server.request('GET', `${INVITES}/${code}`)).body.guild).to.include({
        avatar_url: url,
        has_picture: true,
      });
      const shown = await fetch(picture);
      expect([shown.status, shown.headers.get('content-type')?.startsWith('image/')]).to.deep.equal([
        200,
        true,
      ]);
      expect((await fetch(`${server.url}${INVITES}/nonsense/picture`)).status).to.equal(404);
      const elsewhere = { url: 'mxc://elsewhere.test/picture' };
      await alice.ok('PUT', `${roomPath(guild.guild_id)}/state/m.room.avatar/`, elsewhere);
      expect((await fetch(picture)).status, 'of another server').to.equal(404);
    });

    it('refuse what makes no sense', async () => {
      const outsider = await server.register(`eve${Date.now()}`);
      const code = await inviteCode();
      const other = await bob.ok('POST', GUILDS, { name: 'Elsewhere' });
      const elsewhere = `${GUILDS}/${encodeURIComponent(other.guild_id)}/invites`;
      const answers = [
        await alice.request('POST', invitesPath(), { expires_in_ms: 0 }),
        await alice.request('POST', invitesPath(), { expires_in_ms: 1e15 }),
        await alice.request('POST', invitesPath(), { max_uses: -1 }),
        await alice.request('POST', invitesPath(), { max_uses: 'many' }),
        await outsider.request('GET', invitesPath()),
        await server.request('GET', invitesPath()),
        await revoke(outsider, code),
        await revoke(alice, 'nonsense'),
        await bob.request('DELETE', `${elsewhere}/${code}`),
      ];
      expect(answers.map(({ status, body }) => `${status} ${body.errcode}`)).to.deep.equal([
        '400 M_INVALID_PARAM',
        '400 M_INVALID_PARAM',
        '400 M_INVALID_PARAM',
        '400 M_BAD_JSON',
        '404 M_NOT_FOUND',
        '401 M_MISSING_TOKEN',
        '404 M_NOT_FOUND',
        '404 M_NOT_FOUND',
        '404 M_NOT_FOUND',
      ]);
      expect((await server.request('GET', `${INVITES}/${code}`)).status, 'it is there still').to.equal(200);
    });
  });

  it('bring their members into new channels, in categories too', async () => {
    await bob.ok('POST', `${INVITES}/${await inviteCode()}/redeem`);
    const category = (await createChannel({ name: 'Projects', kind: 'category' })).body.room_id;
    const inside = await createChannel({ name: 'boats', kind: 'text', topic: 'Wood', category });
    expect(inside.status, JSON.stringify(inside.body)).to.equal(200);
    expect(await joinedRooms(bob)).to.include.members([category, inside.body.room_id]);
    const child = await alice.ok('GET', `${roomPath(category)}/state/m.space.child/${inside.body.room_id}`);
    expect(child.via).to.deep.equal(['hs.test']);
  });

  it('carry a plain join, from any client, into their channels', async () => {
    const carol = await server.register(`carol${Date.now()}`);
    await alice.invite(guild.guild_id, carol);
    await carol.join(guild.guild_id);
    await eventually(async () => {
      expect(await joinedRooms(carol)).to.include(guild.channels[0]?.room_id);
    });
  });

  it('carry a ban into their channels, and its end', async () => {
    await bob.ok('POST', `${INVITES}/${await inviteCode()}/redeem`);
    const channel = guild.channels[0]?.room_id ?? '';
    const membership = async () =>
      (await alice.ok('GET', `${roomPath(channel)}/state/m.room.member/${bob.userId}`)).membership;
    await alice.ok('POST', `${roomPath(guild.guild_id)}/ban`, { user_id: bob.userId });
    await eventually(async () => expect(await membership()).to.equal('ban'));
    const refused = await bob.request('POST', `${INVITES}/${await inviteCode()}/redeem`);
    expect([refused.status, refused.body.errcode]).to.deep.equal([403, 'M_FORBIDDEN']);
    await alice.ok('POST', `${roomPath(guild.guild_id)}/unban`, { user_id: bob.userId });
    await eventually(async () => expect(await membership()).to.equal('leave'));
    await bob.ok('POST', `${INVITES}/${await inviteCode()}/redeem`);
    expect(await membership()).to.equal('join');
  });

  describe('in which channels move', () => {
    let ids: { first: string; second: string; cellar: string; attic: string };
    const move = (user: TestUser, channel: string, place: object) =>
      user.request('PUT', `${GUILDS}/${encodeURIComponent(guild.guild_id)}/channels/${channel}/place`, place);
    /** What a space lists, in order. */
    const listOf = async (space: string): Promise<string[]> => {
      const state: { type: string; state_key: string; content: { via?: string[]; order?: string } }[] =
        await alice.ok('GET', `${roomPath(space)}/state`);
      return state
        .filter(({ type, content }) => type === 'm.space.child' && content.via !== undefined)
        .sort((one, other) => ((one.content.order ?? '') < (other.content.order ?? '') ? -1 : 1))
        .map(({ state_key: roomId }) => roomId);
    };
    beforeEach(async () => {
      const make = async (body: object) => (await createChannel(body)).body.room_id;
      ids = {
        first: guild.channels[0]?.room_id ?? '',
        second: await make({ name: 'second', kind: 'text' }),
        cellar: await make({ name: 'Cellar', kind: 'category' }),
        attic: await make({ name: 'Attic', kind: 'category' }),
      };
    });

    it('go into a category, and out of it again to where they are wanted', async () => {
      const { first, second, cellar, attic } = ids;
      expect((await move(alice, second, { category: cellar })).status).to.equal(200);
      expect([await listOf(guild.guild_id), await listOf(cellar)]).to.deep.equal([
        [first, cellar, attic],
        [second],
      ]);
      const parent = await alice.ok('GET', `${roomPath(second)}/state/m.space.parent/${cellar}`);
      expect(parent).to.deep.equal({ via: ['hs.test'], canonical: true });
      expect(
        await alice.ok('GET', `${roomPath(second)}/state/m.space.parent/${guild.guild_id}`),
      ).to.deep.equal({});
      await move(alice, first, { category: cellar, before: second });
      expect(await listOf(cellar)).to.deep.equal([first, second]);
      await move(alice, second, { before: attic });
      expect([await listOf(guild.guild_id), await listOf(cellar)]).to.deep.equal([
        [cellar, second, attic],
        [first],
      ]);
    });

    it('put categories in order', async () => {
      const { first, second, cellar, attic } = ids;
      await move(alice, attic, { before: cellar });
      expect(await listOf(guild.guild_id)).to.deep.equal([first, second, attic, cellar]);
    });

    it('end in one place when several people move them at once', async () => {
      const { first, second, cellar, attic } = ids;
      await Promise.all(
        [cellar, attic, undefined, cellar, attic].map((category) =>
          move(alice, second, category === undefined ? {} : { category }),
        ),
      );
      const everywhere = [await listOf(guild.guild_id), await listOf(cellar), await listOf(attic)].flat();
      expect(everywhere).to.have.members([first, second, cellar, attic]);
    });

    it('refuse what makes no sense', async () => {
      const { first, second, cellar, attic } = ids;
      await bob.ok('POST', `${INVITES}/${await inviteCode()}/redeem`);
      const answers = [
        await move(bob, second, { category: cellar }),
        await move(alice, second, { category: first }),
        await move(alice, cellar, { category: attic }),
        await move(alice, second, { category: 7 }),
        await move(alice, second, { category: cellar, before: first }),
        await move(alice, 'nonsense', {}),
        await move(alice, guild.guild_id, {}),
      ];
      expect(answers.map(({ status, body }) => `${status} ${body.errcode}`)).to.deep.equal([
        '403 M_FORBIDDEN',
        '400 M_INVALID_PARAM',
        '400 M_INVALID_PARAM',
        '400 M_BAD_JSON',
        '400 M_INVALID_PARAM',
        '404 M_NOT_FOUND',
        '404 M_NOT_FOUND',
      ]);
      expect(await listOf(guild.guild_id)).to.deep.equal([first, second, cellar, attic]);
    });
  });

  it('have no say over rooms that they only list', async () => {
    const path = `${GUILDS}/${encodeURIComponent(guild.guild_id)}`;
    const theirs: Guild = await bob.ok('POST', GUILDS, { name: 'Elsewhere' });
    const [theirGuild, theirChannel] = [theirs.guild_id, theirs.channels[0]?.room_id ?? ''];
    const category = (await createChannel({ name: 'Trap', kind: 'category' })).body.room_id;
    const list = (space: string, roomId: string) =>
      alice.setState(space, 'm.space.child', { via: ['hs.test'] }, roomId);
    for (const roomId of [theirGuild, theirChannel, guild.guild_id]) await list(guild.guild_id, roomId);
    for (const roomId of [theirGuild, theirChannel]) await list(category, roomId);
    const answers: string[] = [];
    for (const roomId of [theirGuild, theirChannel, guild.guild_id]) {
      const { body: closing } = await alice.request('DELETE', `${path}/channels/${roomId}`);
      const { body: moving } = await alice.request('PUT', `${path}/channels/${roomId}/place`, {});
      answers.push(closing.errcode, moving.errcode);
    }
    expect(answers).to.deep.equal(Array(6).fill('M_NOT_FOUND'));
    const inTheirs = await createChannel({ name: 'spy', kind: 'text', category: theirGuild });
    expect(inTheirs.body.errcode).to.equal('M_INVALID_PARAM');
    // What stands in a category moves up when that is closed, but for what is not the guild's.
    await alice.ok('DELETE', `${path}/channels/${category}`);
    await alice.request('POST', `${roomPath(guild.guild_id)}/ban`, { user_id: bob.userId });
    await eventually(async () => expect(await joinedRooms(alice)).not.to.include(category));
    expect(await joinedRooms(bob)).to.include.members([theirGuild, theirChannel]);
    const parent = await bob.request('GET', `${roomPath(theirChannel)}/state/m.space.parent/${theirGuild}`);
    expect(parent.body.via).to.deep.equal(['hs.test']);
    expect(
      (await bob.request('GET', `${roomPath(theirGuild)}/state/m.space.parent/${guild.guild_id}`)).status,
    ).to.equal(404);
  });

  describe('that are closed', () => {
    const guildPath = () => `${GUILDS}/${encodeURIComponent(guild.guild_id)}`;
    const membershipIn = async (user: TestUser, roomId: string): Promise<string | undefined> => {
      const path = `${roomPath(roomId)}/state/m.room.member/${user.userId}`;
      return (await user.request('GET', path)).body.membership;
    };

    it('are left by everybody, with all channels, and found nowhere', async () => {
      const code = await inviteCode();
      await bob.ok('POST', `${INVITES}/${code}/redeem`);
      const invited = await server.register(`invited${Date.now()}`);
      await alice.invite(guild.guild_id, invited);
      const alias = `#hall${Date.now()}:${server.serverName}`;
      const aliasPath = `/_matrix/client/v3/directory/room/${encodeURIComponent(alias)}`;
      await alice.ok('PUT', aliasPath, { room_id: guild.guild_id });
      const listPath = `/_matrix/client/v3/directory/list/room/${encodeURIComponent(guild.guild_id)}`;
      await alice.ok('PUT', listPath, { visibility: 'public' });
      const category = (await createChannel({ name: 'Cellar', kind: 'category' })).body.room_id;
      const inside = (await createChannel({ name: 'casks', kind: 'text', category })).body.room_id;
      const rooms = [guild.guild_id, guild.channels[0]?.room_id ?? '', category, inside];

      expect((await alice.request('DELETE', guildPath())).status).to.equal(200);
      expect((await server.request('GET', `${INVITES}/${code}`)).status, 'the invite, at once').to.equal(404);
      await eventually(async () => {
        for (const user of [alice, bob]) {
          expect(await joinedRooms(user)).not.to.include.members(rooms);
          for (const room of rooms) expect(await membershipIn(user, room)).to.equal('leave');
        }
        expect((await server.request('GET', aliasPath)).status).to.equal(404);
        expect((await server.request('GET', listPath)).body.visibility).to.equal('private');
      });
      const refused = [
        await invited.request('POST', `${roomPath(guild.guild_id)}/join`),
        await bob.request('POST', `${roomPath(inside)}/join`),
        await alice.request('DELETE', guildPath()),
      ];
      expect(refused.map(({ status }) => status)).to.deep.equal([403, 403, 404]);
    });

    it('are closed whole by a server that stopped over it', async () => {
      await bob.ok('POST', `${INVITES}/${await inviteCode()}/redeem`);
      await alice.ok('DELETE', guildPath());
      await server.restart();
      await eventually(async () => {
        expect(await joinedRooms(bob)).not.to.include(guild.guild_id);
        expect(await joinedRooms(alice)).not.to.include(guild.guild_id);
        expect(await joinedRooms(alice)).not.to.include(guild.channels[0]?.room_id);
      });
    });

    it('leave their channels to the guild when they are categories', async () => {
      const category = (await createChannel({ name: 'Cellar', kind: 'category' })).body.room_id;
      const inside = (await createChannel({ name: 'casks', kind: 'text', category })).body.room_id;
      expect((await alice.request('DELETE', `${guildPath()}/channels/${category}`)).status).to.equal(200);
      await eventually(async () => {
        expect(await joinedRooms(alice)).not.to.include(category);
      });
      expect(await joinedRooms(alice)).to.include(inside);
      const childOf = (roomId: string) =>
        alice.ok('GET', `${roomPath(guild.guild_id)}/state/m.space.child/${roomId}`);
      expect((await childOf(inside)).via).to.deep.equal(['hs.test']);
      expect(await childOf(category)).to.deep.equal({});
    });

    it('are closed by those alone who may', async () => {
      await bob.ok('POST', `${INVITES}/${await inviteCode()}/redeem`);
      const outsider = await server.register(`trudy${Date.now()}`);
      const channel = guild.channels[0]?.room_id ?? '';
      const elsewhere = await bob.ok('POST', GUILDS, { name: 'Elsewhere' });
      const answers = [
        await bob.request('DELETE', guildPath()),
        await bob.request('DELETE', `${guildPath()}/channels/${channel}`),
        await outsider.request('DELETE', guildPath()),
        await server.request('DELETE', guildPath()),
        await alice.request('DELETE', `${guildPath()}/channels/${elsewhere.channels[0].room_id}`),
        await alice.request('DELETE', `${guildPath()}/channels/${guild.guild_id}`),
        await alice.request('DELETE', `${guildPath()}/channels/nonsense`),
      ];
      expect(answers.map(({ status, body }) => `${status} ${body.errcode}`)).to.deep.equal([
        '403 M_FORBIDDEN',
        '403 M_FORBIDDEN',
        '404 M_NOT_FOUND',
        '401 M_MISSING_TOKEN',
        '404 M_NOT_FOUND',
        '404 M_NOT_FOUND',
        '404 M_NOT_FOUND',
      ]);
      expect(await joinedRooms(bob)).to.include.members([guild.guild_id, channel]);
    });
  });

  it('refuse what people may not do, and what makes no sense', async () => {
    await bob.ok('POST', `${INVITES}/${await inviteCode()}/redeem`);
    const outsider = await server.register(`mallory${Date.now()}`);
    const answers = [
      await createChannel({ name: 'mine', kind: 'text' }, bob),
      await createChannel({ name: 'mine', kind: 'text' }, outsider),
      await createChannel({ name: ' ', kind: 'text' }),
      await createChannel({ name: 'x', kind: 'hologram' }),
      await createChannel({ name: 'x', kind: 'text', category: guild.channels[0]?.room_id }),
      await alice.request('POST', GUILDS, { topic: 'no name' }),
      await alice.request('POST', GUILDS, { name: 'x', avatar_url: 'https://example.org/a.png' }),
      await server.request('GET', `${INVITES}/nonsense`),
      await bob.request('POST', `${INVITES}/nonsense/redeem`),
      await outsider.request('POST', `${GUILDS}/${encodeURIComponent(guild.guild_id)}/invites`),
    ];
    expect(answers.map(({ status, body }) => `${status} ${body.errcode}`)).to.deep.equal([
      '403 M_FORBIDDEN',
      '404 M_NOT_FOUND',
      '400 M_INVALID_PARAM',
      '400 M_INVALID_PARAM',
      '400 M_INVALID_PARAM',
      '400 M_MISSING_PARAM',
      '400 M_INVALID_PARAM',
      '404 M_NOT_FOUND',
      '404 M_NOT_FOUND',
      '404 M_NOT_FOUND',
    ]);
  });

  it('are there after a restart', async () => {
    const code = await inviteCode();
    await server.restart();
    await bob.ok('POST', `${INVITES}/${code}/redeem`);
    await bob.say(guild.channels[0]?.room_id ?? '', 'Still here');
  });
});

describe('Invite links, where an account takes a registration token', () => {
  let server: TestServer;
  let admin: TestUser;
  before(async () => {
    server = await TestServer.start({ REGISTRATION: 'token' });
    admin = await register('admin', server.firstAdminToken ?? '');
  });
  after(() => server.stop());

  async function tryRegister(username: string, token: string) {
    const auth = { type: 'm.login.registration_token', token };
    return server.request('POST', '/_matrix/client/v3/register', { username, password: 'long enough', auth });
  }

  async function register(username: string, token: string): Promise<TestUser> {
    const { status, body } = await tryRegister(username, token);
    expect(status, JSON.stringify(body)).to.equal(200);
    return new TestUser(() => server.url, body.user_id, body.device_id, body.access_token);
  }

  async function inviteOf(user: TestUser): Promise<string> {
    const { guild_id: guildId } = await user.ok('POST', GUILDS, { name: 'Hall' });
    return (await user.ok('POST', `${GUILDS}/${encodeURIComponent(guildId)}/invites`, {})).code;
  }

  it('let people make an account if an admin made them, and nobody else did', async () => {
    const code = await inviteOf(admin);
    const friend = await register('friend', code);
    await friend.ok('POST', `${INVITES}/${code}/redeem`, {});
    const refused = await tryRegister('stranger', await inviteOf(friend));
    expect([refused.status, refused.body.errcode]).to.deep.equal([401, 'M_FORBIDDEN']);
    expect((await tryRegister('stranger', 'nonsense')).status).to.equal(401);
    const path = '/_matrix/client/v1/register/m.login.registration_token/validity?token=';
    expect((await server.request('GET', path + code)).body).to.deep.equal({ valid: true });
  });
});
