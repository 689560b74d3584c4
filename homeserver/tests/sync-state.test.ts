import { expect } from 'chai';
import { describeEvents, filtered, type SyncPart, SyncSession } from '../test-kit/sync-session.ts';
import { TestServer } from '../test-kit/test-server.ts';
import type { TestUser } from '../test-kit/test-user.ts';

describe('the state of a sync', () => {
  let server: TestServer;
  let alice: TestUser;
  let bob: TestUser;
  let room: string;
  before(async () => {
    server = await TestServer.start();
    alice = await server.register('alice');
    bob = await server.register('bob');
  });
  after(() => server.stop());
  beforeEach(async () => {
    room = await alice.createRoom({ preset: 'public_chat', topic: 'first' });
    await bob.join(room);
  });

  const one = filtered({ room: { timeline: { limit: 1 } } });
  const state = (part: SyncPart): string[] => describeEvents(part.state.events).sort();
  const topics = (events: readonly SyncPart[]): unknown[] =>
    events.filter((event) => event.type === 'm.room.topic').map((event) => event.content.topic);

  it('is all of it at the beginning of the timeline, in an initial sync', async () => {
    await alice.setState(room, 'm.room.topic', { topic: 'second' });
    await alice.say(room, 'hello');
    const part = await new SyncSession(bob, filtered({ room: { timeline: { limit: 2 } } })).nextOf(room);
    expect(describeEvents(part.timeline.events)).to.deep.equal(['m.room.topic', 'hello']);
    expect(topics(part.state.events)).to.deep.equal(['first']);
    expect(state(part)).to.include.members([
      'm.room.create',
      'm.room.power_levels',
      'm.room.join_rules',
      `m.room.member ${alice.userId}`,
      `m.room.member ${bob.userId}`,
    ]);
    expect(new Set(state(part)).size).to.equal(part.state.events.length);
  });

  it('is all of it also when nothing has changed since the timeline began', async () => {
    await alice.say(room, 'hello');
    const part = await new SyncSession(bob, one).nextOf(room);
    expect(topics(part.state.events)).to.deep.equal(['first']);
    expect(state(part)).to.include.members(['m.room.create', `m.room.member ${alice.userId}`]);
  });

  it('is empty as long as the timeline has every change', async () => {
    const session = await SyncSession.begin(bob);
    await alice.setState(room, 'm.room.topic', { topic: 'second' });
    await alice.say(room, 'hello');
    const part = await session.nextOf(room);
    expect(part.state).to.deep.equal({ events: [] });
    expect(part).not.to.have.property('state_after');
  });

  it('has what changed in a gap, as it is where the timeline begins', async () => {
    const session = await SyncSession.begin(bob, filtered({ room: { timeline: { limit: 2 } } }));
    await alice.setState(room, 'm.room.topic', { topic: 'second' });
    await alice.setState(room, 'm.room.topic', { topic: 'third' });
    await alice.setState(room, 'm.room.name', { name: 'named' });
    await alice.setState(room, 'm.room.topic', { topic: 'fourth' });
    await alice.say(room, 'hello');
    const part = await session.nextOf(room);
    expect(describeEvents(part.timeline.events)).to.deep.equal(['m.room.topic', 'hello']);
    expect(state(part)).to.deep.equal(['m.room.name', 'm.room.topic']);
    expect(topics(part.state.events)).to.deep.equal(['third']);
  });

  it('has every change of membership in a gap', async () => {
    const carol = await server.register(`carol${Date.now()}`);
    const session = await SyncSession.begin(bob, one);
    await carol.join(room);
    await alice.say(room, 'one');
    await alice.say(room, 'two');
    expect(state(await session.nextOf(room))).to.deep.equal([`m.room.member ${carol.userId}`]);
  });

  it('is right after many changes of a large state', async () => {
    for (let index = 0; index < 40; index += 1) {
      await alice.setState(room, 'org.example.key', { value: 0 }, `k${index}`);
    }
    const session = await SyncSession.begin(bob, one);
    for (const index of [3, 17, 39]) await alice.setState(room, 'org.example.key', { value: 1 }, `k${index}`);
    await alice.say(room, 'end');
    const part = await session.nextOf(room);
    expect(state(part)).to.deep.equal(['org.example.key k17', 'org.example.key k3', 'org.example.key k39']);
    expect(part.state.events.every((event: SyncPart) => event.content.value === 1)).to.equal(true);
  });

  it('has changes that the filter keeps out of the timeline', async () => {
    const filter = filtered({ room: { timeline: { types: ['m.room.message'] } } });
    const session = await SyncSession.begin(bob, filter);
    await alice.say(room, 'one');
    await alice.setState(room, 'm.room.topic', { topic: 'second' });
    const part = await session.nextOf(room);
    expect(describeEvents(part.timeline.events)).to.deep.equal(['one']);
    expect(topics(part.state.events)).to.deep.equal(['second']);
    await alice.setState(room, 'm.room.topic', { topic: 'third' });
    const next = await session.nextOf(room);
    expect(next.timeline).to.deep.include({ events: [], limited: false });
    expect(topics(next.state.events)).to.deep.equal(['third']);
  });

  it('has only the types that the filter wants', async () => {
    const filter = filtered({ room: { state: { types: ['m.room.topic'] }, timeline: { limit: 1 } } });
    await alice.say(room, 'hello');
    expect(state(await new SyncSession(bob, filter).nextOf(room))).to.deep.equal(['m.room.topic']);
  });

  it('is all of it for every room, with full_state, also where nothing is new', async () => {
    const quiet = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(quiet);
    const session = await SyncSession.begin(bob);
    await alice.say(room, 'news');
    const { join } = (await session.next({ full_state: 'true' })).rooms;
    expect(describeEvents(join[room].timeline.events)).to.deep.equal(['news']);
    expect(join[quiet].timeline.events).to.deep.equal([]);
    for (const part of [join[room], join[quiet]]) {
      expect(state(part)).to.include.members(['m.room.create', `m.room.member ${bob.userId}`]);
    }
  });

  describe('of a room that the user has just come into', () => {
    it('is all of it where the timeline begins, not where it ends', async () => {
      const carol = await server.register(`carol${Date.now()}`);
      const session = await SyncSession.begin(carol, filtered({ room: { timeline: { limit: 3 } } }));
      await alice.say(room, 'before');
      await carol.join(room);
      await alice.setState(room, 'm.room.topic', { topic: 'second' });
      const part = await session.nextOf(room);
      expect(describeEvents(part.timeline.events)).to.deep.equal([
        'before',
        `m.room.member ${carol.userId}`,
        'm.room.topic',
      ]);
      expect(topics(part.state.events)).to.deep.equal(['first']);
      expect(state(part)).to.include.members(['m.room.create', `m.room.member ${alice.userId}`]);
      expect(state(part)).not.to.include(`m.room.member ${carol.userId}`);
      expect(part.timeline.limited).to.equal(true);
    });

    it('is not sent again when the user only changes their name', async () => {
      const session = await SyncSession.begin(bob);
      await bob.setState(room, 'm.room.member', { membership: 'join', displayname: 'Robert' }, bob.userId);
      const part = await session.nextOf(room);
      expect(describeEvents(part.timeline.events)).to.deep.equal([`m.room.member ${bob.userId}`]);
      expect(part.state.events).to.deep.equal([]);
    });

    it('continues without a break when they left and came back in between', async () => {
      const session = await SyncSession.begin(bob);
      await bob.ok('POST', `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/leave`, {});
      await alice.setState(room, 'm.room.topic', { topic: 'meanwhile' });
      await bob.join(room);
      await alice.say(room, 'welcome back');
      const part = await session.nextOf(room);
      expect(describeEvents(part.timeline.events).at(-1)).to.equal('welcome back');
      expect([...topics(part.state.events), ...topics(part.timeline.events)]).to.deep.equal(['meanwhile']);
    });
  });

  for (const [parameter, key] of [
    ['use_state_after', 'state_after'],
    ['org.matrix.msc4222.use_state_after', 'org.matrix.msc4222.state_after'],
  ] as const) {
    describe(`with ${parameter}`, () => {
      const after = { [parameter]: 'true' };

      it('is all of it at the end of the timeline, in an initial sync', async () => {
        await alice.setState(room, 'm.room.topic', { topic: 'second' });
        const part = await new SyncSession(bob, { ...one, ...after }).nextOf(room);
        expect(topics(part[key].events)).to.deep.equal(['second']);
        expect(describeEvents(part[key].events)).to.include('m.room.create');
        expect(part).not.to.have.property('state');
      });

      it('has every change since the token, those of the timeline included', async () => {
        const session = await SyncSession.begin(bob, { ...one, ...after });
        await alice.setState(room, 'm.room.name', { name: 'named' });
        await alice.say(room, 'hello');
        await alice.setState(room, 'm.room.topic', { topic: 'second' });
        const part = await session.nextOf(room);
        expect(describeEvents(part[key].events).sort()).to.deep.equal(['m.room.name', 'm.room.topic']);
        expect(topics(part[key].events)).to.deep.equal(['second']);
      });

      it('is there also when it is empty', async () => {
        const session = await SyncSession.begin(bob, after);
        await alice.say(room, 'hello');
        expect((await session.nextOf(room))[key]).to.deep.equal({ events: [] });
      });
    });
  }
});
