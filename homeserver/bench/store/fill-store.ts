import { systemClock } from '../../src/base/clock.ts';
import { createLogger } from '../../src/base/logger.ts';
import {
  createRoom,
  createRooms,
  inviteUser,
  joinRoom,
  type RoomsContext,
  sendEvent,
  setState,
} from '../../src/rooms/index.ts';
import { establishIdentity } from '../../src/server/identity.ts';
import type { Storage } from '../../src/storage/index.ts';

/** How much goes into the store. */
export interface FillPlan {
  readonly rooms: number;
  readonly messages: number;
  /** Topics, and members who change their name in the room. */
  readonly stateChanges: number;
  readonly members: number;
}

/** Rooms with people in them, ready to be written to. */
export interface FilledStore {
  readonly context: RoomsContext;
  readonly roomIds: readonly string[];
  readonly users: readonly string[];
}

const IN_FLIGHT = 64;
const WORDS =
  'the shed is open from ten and whoever has clamps brings them as the planks are wet today'.split(' ');

/** Makes the rooms and their members. */
export async function makeRooms(storage: Storage, plan: FillPlan): Promise<FilledStore> {
  const serverName = 'hs.test';
  const identity = await establishIdentity(storage, serverName, Date.now());
  const context = createRooms({
    storage,
    serverName,
    ...identity,
    clock: systemClock,
    logger: createLogger({ level: 'error' }),
    profiles: {
      profileOf: async (userId) => ({ displayname: userId.slice(1, 8) }),
      exists: async () => true,
    },
    roomSettings: { carry: async () => undefined },
  });
  const users = Array.from({ length: plan.members }, (_, index) => `@user${index}:${serverName}`);
  const [owner = ''] = users;
  const roomIds: string[] = [];
  for (let index = 0; index < plan.rooms; index += 1) {
    const roomId = await createRoom(context, owner, { preset: 'public_chat', name: `Room ${index}` });
    for (const user of users.slice(1)) {
      await inviteUser(context, { roomId, sender: owner }, user);
      await joinRoom(context, user, roomId);
    }
    roomIds.push(roomId);
  }
  return { context, roomIds, users };
}

/**
 * Writes messages, and state changes spread among them, 64 in flight.
 *
 * @param from the number of the first message: a second part goes on where the first ended.
 */
export async function writeMessages(
  { context, roomIds, users }: FilledStore,
  plan: FillPlan,
  from: number,
  until: number,
): Promise<void> {
  const nids = await context.storage.strings.internAll(users);
  const every = Math.max(1, Math.floor(plan.messages / plan.stateChanges));
  let next = from;
  const work = async (): Promise<void> => {
    while (next < until) {
      const index = next;
      next += 1;
      const sender = users[index % users.length] ?? '';
      const roomId = roomIds[(index * 7) % roomIds.length] ?? '';
      const transaction = {
        userNid: nids.get(sender) ?? 0,
        deviceId: 'BENCH',
        scope: `send ${roomId}`,
        txnId: `t${index}`,
      };
      await sendEvent(context, { roomId, sender }, 'm.room.message', messageOf(index), transaction);
      if (index % every === 0) await changeState(context, roomId, sender, users[0] ?? '', index);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
}

function messageOf(index: number) {
  const length = 4 + ((index * 31) % 24);
  const text = Array.from({ length }, (_, at) => WORDS[(index * 13 + at * 7) % WORDS.length]).join(' ');
  return { msgtype: 'm.text', body: text };
}

async function changeState(
  context: RoomsContext,
  roomId: string,
  member: string,
  owner: string,
  index: number,
): Promise<void> {
  if (index % 2 === 0) {
    await setState(context, { roomId, sender: owner }, 'm.room.topic', '', { topic: `Topic ${index}` });
    return;
  }
  await joinRoom(context, member, roomId, { content: { displayname: `Name ${index}` } });
}
