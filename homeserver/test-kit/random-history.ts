import type { JsonObject } from '../src/protocol/canonical-json.ts';
import { REMOTE, type RemoteRoom, type RemoteSending } from './remote-room.ts';
import { inOrder } from './room-on-disk.ts';

const CREATOR = `@creator:${REMOTE}`;
const GUARD = `@guard:${REMOTE}`;
const PEOPLE = ['ann', 'ben', 'cat', 'dan'].map((name) => `@${name}:${REMOTE}`);

/** What makes a history random: the next number below a bound. */
export type Dice = (below: number) => number;

/** Who may do what in a new room of the remote server, and those who are going to fight there. */
export async function gatherPeople(remote: RemoteRoom): Promise<void> {
  const levels = { users: { ...usersOf(remote), [GUARD]: 100 }, ban: 50, kick: 50, state_default: 25 };
  await remote.send([remote.newest], state(CREATOR, 'm.room.power_levels', levels));
  await remote.send([remote.newest], state(CREATOR, 'm.room.join_rules', { join_rule: 'public' }));
  for (const userId of [GUARD, ...PEOPLE]) await remote.join([remote.newest], userId);
}

/**
 * People fight, with forks and merges.
 *
 * @param bystanders of other servers, who are fought over as well and send nothing.
 * @returns the events that nothing follows.
 */
export async function fight(
  remote: RemoteRoom,
  dice: Dice,
  events: number,
  bystanders: readonly string[] = [],
): Promise<string[]> {
  const start = remote.eventIds.length - 2;
  const leaves = new Set([remote.newest]);
  for (let left = events; left > 0; left -= 1) {
    const recent = remote.eventIds.slice(start).slice(-6);
    const after = new Set([pick(recent, dice)]);
    if (dice(4) === 0) after.add(pick(recent, dice));
    const sending = await randomSending(remote, [...after], dice, [...PEOPLE, ...bystanders]);
    const eventId = await remote.send([...after], sending);
    for (const previous of after) leaves.delete(previous);
    leaves.add(eventId);
  }
  return [...leaves];
}

/** The guard, whom nobody can remove, says something after these events. @returns its ID. */
export function meet(remote: RemoteRoom, after: readonly string[]): Promise<string> {
  return remote.send(after, { type: 'm.room.message', sender: GUARD, content: { body: 'all' } });
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
  targets: readonly string[],
): Promise<RemoteSending> {
  const sender = pick(PEOPLE, dice);
  const target = pick(targets, dice);
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

/** Numbers that are the same for the same seed, and have nothing in common with those of the next one. */
export function diceOf(seed: number): Dice {
  let state = Math.imul(seed, 2_654_435_761);
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** One of several, by the dice. */
export function pick<T>(items: readonly T[], dice: Dice): T {
  return items[dice(items.length)] as T;
}

/** The same in another order. */
export function shuffled<T>(items: readonly T[], dice: Dice): T[] {
  const left = [...items];
  const order: T[] = [];
  while (left.length > 0) order.push(...left.splice(dice(left.length), 1));
  return order;
}
