import { expect } from 'chai';
import { type ChatClient, type ClientEvent, roomPath } from '../test-kit/chat-client.ts';
import { type ChatServer, startChatServer } from '../test-kit/chat-server.ts';

/** What somebody sees of: said before an invite, while invited, while joined, after leaving, joined again. */
const EXPECTED = {
  world_readable: {
    invited: ['before', 'invited'],
    joined: ['before', 'invited', 'joined'],
    left: ['before', 'invited', 'joined', 'after'],
    again: ['before', 'invited', 'joined', 'after', 'again'],
    never: ['before', 'invited', 'joined', 'after', 'again'],
  },
  shared: {
    invited: undefined,
    joined: ['before', 'invited', 'joined'],
    left: ['before', 'invited', 'joined'],
    again: ['before', 'invited', 'joined', 'after', 'again'],
    never: undefined,
  },
  invited: {
    invited: undefined,
    joined: ['invited', 'joined'],
    left: ['invited', 'joined'],
    again: ['invited', 'joined', 'again'],
    never: undefined,
  },
  joined: {
    invited: undefined,
    joined: ['joined'],
    left: ['joined'],
    again: ['joined', 'again'],
    never: undefined,
  },
} as const;

describe('history visibility', () => {
  let server: ChatServer;
  let alice: ChatClient;
  before(async () => {
    server = await startChatServer();
    alice = await server.user('alice');
  });
  after(() => server.stop());

  const roomWith = (visibility: string, preset = 'private_chat'): Promise<string> =>
    alice.createRoom({
      preset,
      initial_state: [{ type: 'm.room.history_visibility', content: { history_visibility: visibility } }],
    });

  for (const [visibility, expected] of Object.entries(EXPECTED)) {
    it(`shows what ${visibility} allows to the invited, the joined, those who left, came back or never came`, async () => {
      const [bob, carol] = [await server.user('bob'), await server.user('carol')];
      const roomId = await roomWith(visibility);
      const said = new Map<string, string>();
      const say = async (body: string): Promise<void> => {
        said.set(body, await alice.say(roomId, body));
      };
      const expectShown = async (
        viewer: ChatClient,
        bodies: readonly string[] | undefined,
      ): Promise<void> => {
        if (bodies === undefined) {
          const path = `${roomPath(roomId, 'messages')}?dir=b`;
          expect(await viewer.refusal('GET', path)).to.equal('403 M_FORBIDDEN');
        } else {
          expect(await viewer.history(roomId)).to.deep.equal(bodies);
          const { chunk } = await viewer.messages(roomId, 'dir=b&limit=100');
          const backwards = chunk.filter((event) => event.type === 'm.room.message');
          expect(backwards.map((event) => event.content.body).toReversed()).to.deep.equal(bodies);
        }
        for (const [body, eventId] of said) {
          const { status } = await viewer.request('GET', roomPath(roomId, 'event', eventId));
          expect(status, `event ${body}`).to.equal(bodies?.includes(body) ? 200 : 404);
        }
      };

      await say('before');
      await alice.invite(roomId, bob);
      await say('invited');
      await expectShown(bob, expected.invited);
      await bob.join(roomId);
      await say('joined');
      await expectShown(bob, expected.joined);
      await bob.leave(roomId);
      await say('after');
      await expectShown(bob, expected.left);
      await alice.invite(roomId, bob);
      await bob.join(roomId);
      await say('again');
      await expectShown(bob, expected.again);
      await expectShown(carol, expected.never);
    });
  }

  it('counts as it was when each thing was said, not as it is now', async () => {
    const bob = await server.user('bob');
    const roomId = await roomWith('joined', 'public_chat');
    const visibilities = ['shared', 'joined', 'world_readable', 'invited', 'shared'];
    await alice.say(roomId, 'joined 1');
    for (const [index, visibility] of visibilities.entries()) {
      await alice.setState(roomId, 'm.room.history_visibility', { history_visibility: visibility });
      await alice.say(roomId, `${visibility} ${index + 2}`);
    }
    await bob.join(roomId);
    expect(await bob.history(roomId)).to.deep.equal(['shared 2', 'world_readable 4', 'shared 6']);
  });

  it('shows changes of itself if either side allows it, and people their own memberships', async () => {
    const bob = await server.user('bob');
    const roomId = await roomWith('joined', 'public_chat');
    const set = (visibility: string): Promise<string> =>
      alice.setState(roomId, 'm.room.history_visibility', { history_visibility: visibility });
    const hidden = await set('invited');
    const widened = await set('shared');
    const narrowed = await set('joined');
    await bob.join(roomId);
    await bob.leave(roomId);
    await bob.join(roomId);
    const { chunk } = await bob.messages(roomId, 'dir=f&limit=100');
    const seen = chunk.map((event) => event.event_id);
    expect(seen).to.include(widened).and.to.include(narrowed).and.not.to.include(hidden);
    const own = chunk.filter((event: ClientEvent) => event.state_key === bob.userId);
    expect(own.map((event) => event.content.membership)).to.deep.equal(['join', 'leave', 'join']);
  });

  it('treats what it does not know as shared', async () => {
    const bob = await server.user('bob');
    const roomId = await roomWith('everybody and nobody', 'public_chat');
    await alice.say(roomId, 'x');
    await bob.join(roomId);
    expect(await bob.history(roomId)).to.deep.equal(['x']);
  });

  it('lets the banned read up to the ban', async () => {
    const bob = await server.user('bob');
    const roomId = await roomWith('shared', 'public_chat');
    await bob.join(roomId);
    await alice.say(roomId, 'before');
    await alice.ban(roomId, bob);
    await alice.say(roomId, 'after');
    expect(await bob.history(roomId)).to.deep.equal(['before']);
    const [newest] = (await bob.messages(roomId, 'dir=b&limit=1')).chunk;
    expect(newest?.content.membership).to.equal('ban');
    await alice.unban(roomId, bob);
    expect(await bob.history(roomId)).to.deep.equal(['before']);
  });

  it('shows nothing to somebody who turned an invite down', async () => {
    const bob = await server.user('bob');
    const roomId = await roomWith('shared');
    await alice.invite(roomId, bob);
    await bob.leave(roomId);
    for (const what of ['messages?dir=b', 'state', 'members']) {
      expect(await bob.refusal('GET', `/v3/rooms/${encodeURIComponent(roomId)}/${what}`)).to.equal(
        '403 M_FORBIDDEN',
      );
    }
  });

  it('lets nobody page past their leaving with a token from elsewhere', async () => {
    const bob = await server.user('bob');
    const roomId = await roomWith('shared', 'public_chat');
    await bob.join(roomId);
    await alice.say(roomId, 'before');
    await bob.leave(roomId);
    await alice.say(roomId, 'after');
    const { start } = await alice.messages(roomId, 'dir=b&limit=1');
    const back = await bob.messages(roomId, `dir=b&limit=2&from=${start}`);
    expect(back.chunk.map((event) => event.content.body ?? event.content.membership)).to.deep.equal([
      'leave',
      'before',
    ]);
    expect((await bob.messages(roomId, `dir=f&from=${back.start}`)).chunk).to.deep.equal([]);
  });
});
