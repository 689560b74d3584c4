import type { JsonObject } from '../canonical-json.ts';
import { BOB, type ForkingRoom, joinedRoom, type Moment, type Sending, USERS } from './fixtures.ts';
import { type StateMap, stateMapKey } from './state-map.ts';

/** Random numbers that a seed determines (the mulberry32 generator). */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** At least 0, below 1. */
  roll(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(count: number): number {
    return Math.floor(this.roll() * count);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}

/**
 * A room in which people fight over memberships and power levels, with forks and merges, and several of its states to
 * be resolved: most often those of moments that happened, else any events of the room in any combination.
 */
export async function randomRoom(
  version: string,
  seed: number,
): Promise<{ room: ForkingRoom; states: StateMap[] }> {
  const dice = new Dice(seed);
  const isBobCreator = dice.roll() < 0.4 && version === '12';
  const users = Object.fromEntries(USERS.slice(2).map((user) => [user, dice.pick([0, 50, 50, 75, 100])]));
  const { room, start } = isBobCreator
    ? await joinedRoom(version, users, { additional_creators: [BOB] })
    : await joinedRoom(version, { ...users, [BOB]: 75 });
  const moments = [start];
  for (let left = 10 + dice.below(40); left > 0; left--) {
    const recent = moments.slice(-8);
    const after = new Set([dice.pick(recent)]);
    if (dice.roll() < 0.2) after.add(dice.pick(recent));
    const state = await room.resolve([...after].map((moment) => moment.state));
    const moment = await room.trySend([...after], randomSending(dice, room, state));
    if (moment !== undefined) moments.push(moment);
  }
  return { room, states: dice.roll() < 0.7 ? statesOf(dice, moments) : anyStates(dice, room) };
}

function randomSending(dice: Dice, room: ForkingRoom, state: StateMap): Sending {
  const sender = dice.pick(USERS);
  const at = 1000 + dice.below(40);
  const member = (stateKey: string, memberships: string[]) => ({
    type: 'm.room.member',
    stateKey,
    content: { membership: dice.pick(memberships) },
  });
  switch (dice.below(6)) {
    case 0:
      return {
        type: 'm.room.power_levels',
        sender,
        stateKey: '',
        content: changedLevels(dice, room, state),
        at,
      };
    case 1:
    case 2:
      return { sender, at, ...member(dice.pick(USERS), ['leave', 'ban', 'invite']) };
    case 3:
      return { sender, at, ...member(sender, ['join', 'leave']) };
    case 4:
      return {
        type: 'm.room.join_rules',
        sender,
        stateKey: '',
        content: { join_rule: dice.pick(['public', 'invite']) },
        at,
      };
    default:
      return { type: dice.pick(['m.room.topic', 'm.room.name']), sender, stateKey: '', content: {}, at };
  }
}

function changedLevels(dice: Dice, room: ForkingRoom, state: StateMap): JsonObject {
  const current = room.contentOf(state, 'm.room.power_levels') ?? {};
  const users = { ...(current.users as JsonObject), [dice.pick(USERS)]: dice.pick([0, 25, 50, 75, 100]) };
  return { ...current, users, [dice.pick(['ban', 'kick', 'state_default'])]: dice.pick([0, 25, 50, 75]) };
}

function statesOf(dice: Dice, moments: readonly Moment[]): StateMap[] {
  return Array.from({ length: 2 + dice.below(3) }, () => dice.pick(moments.slice(-15)).state);
}

function anyStates(dice: Dice, room: ForkingRoom): StateMap[] {
  const byKey = new Map<string, string[]>();
  for (const [eventId, { type, state_key }] of room.events) {
    if (state_key === undefined) continue;
    const key = stateMapKey(type, state_key);
    byKey.set(key, [...(byKey.get(key) ?? []), eventId]);
  }
  const isKept = (key: string) => key === stateMapKey('m.room.create', '') || dice.roll() < 0.9;
  return Array.from({ length: 2 + dice.below(3) }, () => {
    const kept = [...byKey].filter(([key]) => isKept(key));
    return new Map(kept.map(([key, eventIds]) => [key, dice.pick(eventIds)]));
  });
}
