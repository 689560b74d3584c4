import { area, type Same } from '../harness/area.ts';
import { type Client, inRoom } from '../harness/client.ts';
import type { World } from '../harness/world.ts';

interface Court {
  readonly alice: Client;
  readonly moderator: Client;
  readonly member: Client;
  readonly roomId: string;
}

async function court(world: World): Promise<Court> {
  const alice = await world.user('alice');
  const moderator = await world.user('moderator');
  const member = await world.user('member');
  const roomId = await alice.createHall({
    // Where creators are in the levels as everybody else.
    room_version: '11',
    power_level_content_override: {
      users: { [alice.userId]: 100, [moderator.userId]: 50 },
      events: { 'm.room.power_levels': 50, 'org.example.high': 75, 'org.example.low': 0 },
    },
  });
  await moderator.join(roomId);
  await member.join(roomId);
  return { alice, moderator, member, roomId };
}

const levelsOf = (who: Client, roomId: string) => who.get(inRoom(roomId, 'state', 'm.room.power_levels', ''));

/** Cases in which somebody changes something in the levels; what became of it is compared, then it is changed back. */
const changes =
  (same: Same<Court>, by: (all: Court) => Client) =>
  (title: string, change: (all: Court) => object): void =>
    same(title, async (all) => {
      const { body: before } = await levelsOf(all.alice, all.roomId);
      const { status, body } = await by(all).put(inRoom(all.roomId, 'state', 'm.room.power_levels', ''), {
        ...before,
        ...change(all),
      });
      const { body: after } = await levelsOf(all.alice, all.roomId);
      await all.alice.setState(all.roomId, 'm.room.power_levels', before);
      return [status, body.errcode, after];
    });

area('power levels set by the highest', court, (same) => {
  const change = changes(same, ({ alice }) => alice);
  change('of an action', () => ({ ban: 60 }));
  change('of events', () => ({ events: { 'm.room.name': 10 } }));
  change('of events in general', () => ({ events_default: 5 }));
  change('of state in general', () => ({ state_default: 5 }));
  change('of everybody', () => ({ users_default: 7 }));
  change('of notifications', () => ({ notifications: { room: 20 } }));
  change('of one of many', ({ alice, member }) => ({ users: { [alice.userId]: 100, [member.userId]: 99 } }));
  change('of an equal', ({ alice, member }) => ({ users: { [alice.userId]: 100, [member.userId]: 100 } }));
  change('above themselves', ({ alice }) => ({ users: { [alice.userId]: 101 } }));
  change('of an action above themselves', () => ({ ban: 101 }));
  change('with a text', () => ({ ban: '50' }));
  change('with a fraction', () => ({ ban: 50.5 }));
  change('with null', () => ({ ban: null }));
  change('with users that are a list', () => ({ users: [] }));
  change('with a user that is none', ({ alice }) => ({ users: { [alice.userId]: 100, nobody: 1 } }));
  change('with events that are a text', () => ({ events: 'x' }));
  change('with a large number', () => ({ ban: 2 ** 53 }));
  change('with what nobody knows', () => ({ 'org.example.more': 'x' }));
});

area('power levels set by somebody in between', court, (same) => {
  const change = changes(same, ({ moderator }) => moderator);
  change('of an action below', () => ({ invite: 10 }));
  change('of an action to their own', () => ({ invite: 50 }));
  change('of an action above', () => ({ kick: 51 }));
  change('of an event that is above', () => ({
    events: { 'm.room.power_levels': 50, 'org.example.high': 10, 'org.example.low': 0 },
  }));
  change('of an event below', () => ({
    events: { 'm.room.power_levels': 50, 'org.example.high': 75, 'org.example.low': 20 },
  }));
  change('of an event that was not there', () => ({
    events: {
      'm.room.power_levels': 50,
      'org.example.high': 75,
      'org.example.low': 0,
      'org.example.new': 40,
    },
  }));
  change('without an event that is above', () => ({
    events: { 'm.room.power_levels': 50, 'org.example.low': 0 },
  }));
  change('of a member', ({ alice, moderator, member }) => ({
    users: { [alice.userId]: 100, [moderator.userId]: 50, [member.userId]: 49 },
  }));
  change('of a member to their own', ({ alice, moderator, member }) => ({
    users: { [alice.userId]: 100, [moderator.userId]: 50, [member.userId]: 50 },
  }));
  change('of a member above their own', ({ alice, moderator, member }) => ({
    users: { [alice.userId]: 100, [moderator.userId]: 50, [member.userId]: 51 },
  }));
  change('of the highest', ({ alice, moderator }) => ({
    users: { [alice.userId]: 40, [moderator.userId]: 50 },
  }));
  change('of themselves to less', ({ alice, moderator }) => ({
    users: { [alice.userId]: 100, [moderator.userId]: 10 },
  }));
  change('of themselves to more', ({ alice, moderator }) => ({
    users: { [alice.userId]: 100, [moderator.userId]: 60 },
  }));
  change('of everybody above their own', () => ({ users_default: 51 }));
});

area('power that is needed', court, (same) => {
  const sends = (title: string, who: (all: Court) => Client, type: string, stateKey?: string): void =>
    same(title, async (all) => {
      const path =
        stateKey === undefined
          ? inRoom(all.roomId, 'send', type, `${title.replaceAll(' ', '-')}`)
          : inRoom(all.roomId, 'state', type, stateKey);
      const { status, body } = await who(all).put(path, { msgtype: 'm.text', body: title });
      return [status, body.errcode];
    });
  sends('for a message is nobody’s', ({ member }) => member, 'm.room.message');
  sends('for an event with a level is not a member’s', ({ member }) => member, 'org.example.high');
  sends('for an event with a level is not a moderator’s', ({ moderator }) => moderator, 'org.example.high');
  sends('for an event with a level is the highest’s', ({ alice }) => alice, 'org.example.high');
  sends('for state is not a member’s', ({ member }) => member, 'org.example.state', '');
  sends('for state is a moderator’s', ({ moderator }) => moderator, 'org.example.state', '');
  sends('for state with a low level is a member’s', ({ member }) => member, 'org.example.low', '');
  sends(
    'for the history’s visibility is not a moderator’s',
    ({ moderator }) => moderator,
    'm.room.history_visibility',
    '',
  );
  sends('for levels is not a member’s', ({ member }) => member, 'm.room.power_levels', '');
  sends('for an encryption is not a moderator’s', ({ moderator }) => moderator, 'm.room.encryption', '');
});

area(
  'creators of version 12',
  async (world) => {
    const alice = await world.user('alice');
    const bob = await world.user('bob');
    const member = await world.user('member');
    const roomId = await alice.createHall({
      room_version: '12',
      creation_content: { additional_creators: [bob.userId] },
      power_level_content_override: { users: { [member.userId]: 150 } },
    });
    await bob.join(roomId);
    await member.join(roomId);
    return { alice, bob, member, roomId };
  },
  (same) => {
    same('have no level', ({ alice, roomId }) => levelsOf(alice, roomId));
    same('cannot be given one', async ({ alice, member, roomId }) => {
      const { body } = await levelsOf(alice, roomId);
      const answer = await alice.put(inRoom(roomId, 'state', 'm.room.power_levels', ''), {
        ...body,
        users: { [member.userId]: 150, [alice.userId]: 100 },
      });
      return answer;
    });
    same('cannot be kicked by the highest level', ({ bob, member, roomId }) =>
      member.post(inRoom(roomId, 'kick'), { user_id: bob.userId }),
    );
    same('cannot be kicked by other creators', ({ alice, bob, roomId }) =>
      alice.post(inRoom(roomId, 'kick'), { user_id: bob.userId }),
    );
    same('may do what needs the highest level', async ({ bob, roomId }) => {
      const { status } = await bob.put(inRoom(roomId, 'state', 'm.room.history_visibility', ''), {
        history_visibility: 'shared',
      });
      return status;
    });
    same('may take the highest level away', async ({ bob, roomId }) => {
      const { body } = await levelsOf(bob, roomId);
      const { status } = await bob.put(inRoom(roomId, 'state', 'm.room.power_levels', ''), {
        ...body,
        users: {},
      });
      return status;
    });
  },
);
