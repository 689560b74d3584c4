import { pick } from '../random-history.ts';
import { roomPath, type TestUser } from '../test-user.ts';
import { attempt, sendMarked, type World } from './world.ts';

/** One thing that somebody does, again and again until the servers are gone. */
type Act = (world: World) => Promise<unknown>;

/** Sends a message; sometimes takes it back. */
const send: Act = async (world) => {
  const { ledger, people, dice } = world;
  const user = pick(people, dice);
  const roomId = pick([world.roomId, world.forkedRoomId], dice);
  const eventId = await sendMarked(world, user, roomId, ledger.begin('send', user, roomId));
  if (eventId === undefined || dice(5) > 0) return;
  const deed = ledger.begin('redact', user, roomId, eventId);
  const path = `${roomPath(roomId)}/redact/${encodeURIComponent(eventId)}/${deed.mark}`;
  await attempt(world, user, deed, 'PUT', path, { reason: deed.mark });
};

/** Sets a piece of state. */
const setState: Act = async (world) => {
  const { ledger, roomId, people, dice } = world;
  const user = pick(people, dice);
  const deed = ledger.begin('state', user, roomId);
  const path = `${roomPath(roomId)}/state/io.guildhall.test/${dice(8)}`;
  await attempt(world, user, deed, 'PUT', path, { text: deed.mark });
};

/** Comes and goes, is invited, removed and banned. */
const moveMember: Act = async (world) => {
  const { people, dice } = world;
  const [owner, ...others] = people;
  if (owner === undefined) return;
  const member = pick(others, dice);
  const isOwn = dice(3) > 0;
  const membership = isOwn
    ? pick(['join', 'leave', 'join'], dice)
    : pick(['leave', 'ban', 'invite', 'leave'], dice);
  await setMembership(world, isOwn ? member : owner, member, membership);
};

async function setMembership(world: World, by: TestUser, of: TestUser, membership: string): Promise<void> {
  const { ledger, roomId } = world;
  const deed = ledger.begin('member', by, roomId);
  const path = `${roomPath(roomId)}/state/m.room.member/${encodeURIComponent(of.userId)}`;
  await attempt(world, by, deed, 'PUT', path, { membership, reason: deed.mark });
}

/** Makes a room, and sometimes replaces it by one of another version. */
const makeRoom: Act = async (world) => {
  const { ledger, people, dice } = world;
  const owner = pick(people, dice);
  const deed = ledger.begin('create', owner, undefined);
  const request = { name: deed.mark, room_version: pick(['6', '10', '12'], dice), preset: 'public_chat' };
  const made = await attempt(world, owner, deed, 'POST', '/_matrix/client/v3/createRoom', request);
  if (made === undefined) return;
  deed.roomId = made.room_id;
  await sendMarked(world, owner, made.room_id, ledger.begin('send', owner, made.room_id));
  if (dice(2) > 0) return;
  const upgrade = await owner
    .request('POST', `${roomPath(made.room_id)}/upgrade`, { new_version: '12' })
    .catch(() => undefined);
  const replacement = upgrade?.body.replacement_room;
  if (replacement === undefined) return;
  ledger.upgraded.set(made.room_id, replacement);
  await sendMarked(world, owner, replacement, ledger.begin('send', owner, replacement));
};

/** What people do at the same time. */
export const PEOPLE_AT_ONCE: readonly Act[] = [
  ...Array(8).fill(send),
  setState,
  setState,
  moveMember,
  moveMember,
  makeRoom,
];
