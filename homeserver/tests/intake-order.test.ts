import { expect } from 'chai';
import fc from 'fast-check';
import type { JsonObject } from '../src/protocol/canonical-json.ts';
import { existingRoom, type IntakeContext, type RoomsContext, receiveEvent } from '../src/rooms/index.ts';
import { EventStatus } from '../src/storage/index.ts';
import { adoptRoom, REMOTE, RemoteRoom, type RemoteSending, remoteKeys } from '../test-kit/remote-room.ts';
import {
  expectAsOnDisk,
  inOrder,
  restartedRooms,
  stateBefore,
  stateInMemory,
} from '../test-kit/room-on-disk.ts';
import { openTestRooms } from '../test-kit/rooms-for-tests.ts';

const CREATOR = `@creator:${REMOTE}`;
const GUARD = `@guard:${REMOTE}`;
const PEOPLE = ['ann', 'ben', 'cat', 'dan'].map((name) => `@${name}:${REMOTE}`);

/** What makes a history random: the next number below a bound. */
type Dice = (below: number) => number;

describe('The order in which events arrive', () => {
  for (const version of ['1', '2', '6', '11', '12']) {
    it(`does not matter for the state before any of them, nor for where they meet, in version ${version}`, async function () {
      this.timeout(120_000);
      const property = fc.asyncProperty(fc.noBias(fc.infiniteStream(fc.nat())), async (numbers) => {
        const dice: Dice = (below) => (numbers.next().value as number) % below;
        const { remote, history } = await randomHistory(version, dice);
        for (const order of [history, history.toReversed(), shuffled(history, dice)]) {
          await deliver(remote, order);
        }
      });
      await fc.assert(property, { numRuns: 3, endOnFailure: true });
    });
  }
});

/** A room in which people fight, with forks and merges; the last event follows all that none follows. */
async function randomHistory(
  version: string,
  dice: Dice,
): Promise<{ remote: RemoteRoom; history: string[] }> {
  const remote = await RemoteRoom.create(version);
  const levels = { users: { ...usersOf(remote), [GUARD]: 100 }, ban: 50, kick: 50, state_default: 25 };
  await remote.send([remote.newest], state(CREATOR, 'm.room.power_levels', levels));
  await remote.send([remote.newest], state(CREATOR, 'm.room.join_rules', { join_rule: 'public' }));
  for (const userId of [GUARD, ...PEOPLE]) await remote.join([remote.newest], userId);
  const leaves = new Set([remote.newest]);
  for (let left = 14; left > 0; left -= 1) {
    const recent = remote.eventIds.slice(7).slice(-6);
    const after = new Set([pick(recent, dice)]);
    if (dice(4) === 0) after.add(pick(recent, dice));
    const eventId = await remote.send([...after], await randomSending(remote, [...after], dice));
    for (const previous of after) leaves.delete(previous);
    leaves.add(eventId);
  }
  await remote.send([...leaves], { type: 'm.room.message', sender: GUARD, content: { body: 'all' } });
  return { remote, history: remote.eventIds.slice(1) };
}

/** Nobody of those who fight has the creator's or the guard's level. */
function usersOf(remote: RemoteRoom): JsonObject {
  const [ann = '', ben = '', cat = ''] = PEOPLE;
  const users = { [ann]: 75, [ben]: 75, [cat]: 50 };
  return remote.rules.creatorsHaveInfinitePower ? users : { ...users, [CREATOR]: 100 };
}

async function randomSending(
  remote: RemoteRoom,
  after: readonly string[],
  dice: Dice,
): Promise<RemoteSending> {
  const sender = pick(PEOPLE, dice);
  const target = pick(PEOPLE, dice);
  const at = 1_700_000_000_000 + dice(20);
  switch (dice(6)) {
    case 0: {
      const users = await currentUsers(remote, after);
      const changed = { ...users, [target]: pick([0, 50, 75], dice) };
      const levels = { users: changed, ban: pick([50, 75], dice), kick: 50, state_default: 25 };
      return { ...state(sender, 'm.room.power_levels', levels), at };
    }
    case 1:
    case 2:
      return { ...memberOf(sender, target, pick(['ban', 'leave', 'invite'], dice)), at };
    case 3:
      return { ...memberOf(sender, sender, pick(['join', 'leave'], dice)), at };
    case 4:
      return { ...state(sender, pick(['m.room.topic', 'm.room.name'], dice), { of: sender }), at };
    default:
      return { type: 'm.room.message', sender, content: { body: 'hello' }, at };
  }
}

async function currentUsers(remote: RemoteRoom, after: readonly string[]): Promise<JsonObject> {
  const current = inOrder(await remote.stateAfter(after)).map(([, eventId]) => remote.pdu(eventId));
  const levels = current.find(({ type }) => type === 'm.room.power_levels');
  return (levels?.content.users ?? {}) as JsonObject;
}

function state(sender: string, type: string, content: JsonObject): RemoteSending {
  return { type, sender, stateKey: '', content };
}

function memberOf(sender: string, target: string, membership: string): RemoteSending {
  return { type: 'm.room.member', sender, stateKey: target, content: { membership } };
}

/** Hands a history over in some order, and checks the room on the way and at the end. */
async function deliver(remote: RemoteRoom, order: readonly string[]): Promise<void> {
  const { rooms, close } = await openTestRooms();
  try {
    const context: IntakeContext = { ...rooms, signingKeys: remoteKeys };
    await adoptRoom(context, remote);
    const room = await existingRoom(context, remote.roomId);
    for (const eventId of order) {
      await receiveEvent(context, remote.roomId, remote.json(eventId), remote);
      const newest = room.head.extremities.map((extremity) => extremity.eventId);
      expect(await stateInMemory(context, room)).to.deep.equal(inOrder(await remote.stateAfter(newest)));
    }
    await expectHistory(context, remote, order);
    expect(room.head.extremities.map(({ eventId }) => eventId)).to.deep.equal([remote.newest]);
    await expectAsOnDisk(context, room);
  } finally {
    await close();
  }
}

/** Every event was judged as the state before it wants, and that state is what its predecessors resolve to. */
async function expectHistory(
  context: RoomsContext,
  remote: RemoteRoom,
  order: readonly string[],
): Promise<void> {
  const { storage } = restartedRooms(context);
  for (const eventId of order) {
    const event = await storage.events.getById(eventId);
    if (event === undefined) throw new Error(`${eventId} was not stored`);
    expect(event.status === EventStatus.Rejected, event.eventId).to.equal(remote.isRejected(eventId));
    const before = inOrder(await remote.stateAfter(event.pdu.prev_events));
    expect(await stateBefore(context, event)).to.deep.equal(before);
  }
}

function pick<T>(items: readonly T[], dice: Dice): T {
  return items[dice(items.length)] as T;
}

function shuffled<T>(items: readonly T[], dice: Dice): T[] {
  const left = [...items];
  const order: T[] = [];
  while (left.length > 0) order.push(...left.splice(dice(left.length), 1));
  return order;
}
