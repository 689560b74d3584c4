import type { JsonValue } from '../../protocol/canonical-json.ts';
import { badJson, forbidden, MatrixError } from '../../protocol/errors.ts';
import { domainOf } from '../../protocol/identifiers.ts';
import { type RoomVersionRules, roomVersionRules } from '../../protocol/room-versions.ts';
import { EMPTY_SNAPSHOT, RoomVersionConflict, UnitOfWork } from '../../storage/index.ts';
import { changeInTurn } from '../change-in-turn.ts';
import type { RoomsContext } from '../context.ts';
import { Room } from '../room.ts';
import { SerialQueue } from '../serial-queue.ts';
import type { CheckedEvent } from './intake-context.ts';

/** How often a task is repeated after somebody else moved the room's head. */
const ATTEMPTS = 3;

/** @throws MatrixError 400 `M_UNSUPPORTED_ROOM_VERSION` for a room version that is not known. */
export function rulesOfForeignRoom(version: string): RoomVersionRules {
  const rules = roomVersionRules(version);
  if (rules !== undefined) return rules;
  throw new MatrixError(400, 'M_UNSUPPORTED_ROOM_VERSION', `Room version ${version} is not known here`);
}

/** @throws MatrixError unless the event is a membership of a user of this server; 403 `M_FORBIDDEN` for no user. */
export async function requireOwnMember(context: RoomsContext, { pdu }: CheckedEvent): Promise<string> {
  const { type, state_key: userId } = pdu;
  if (type !== 'm.room.member' || userId === undefined) throw badJson('The event is no membership');
  if (domainOf(userId) !== context.serverName) throw badJson('The event is about a user of another server');
  if (!(await context.profiles.exists(userId))) throw forbidden(`There is no ${userId} here`);
  return userId;
}

/** Whether users of this server are in a room, so that the others send it what happens there. */
export function isServerIn(room: Room): boolean {
  return room.createEvent !== undefined && room.localJoined.size > 0;
}

/**
 * Runs a task on a room that is here or about to be, one at a time: in the queue of the room, or in one of those who
 * are making it.
 *
 * @param task is given the room if it is here by the time.
 */
export async function inRoomQueue<T>(
  context: RoomsContext,
  roomId: string,
  task: (room: Room | undefined) => Promise<T>,
): Promise<T> {
  const queue = context.entering.get(roomId) ?? new SerialQueue();
  context.entering.set(roomId, queue);
  try {
    return await queue.run(() => retried(() => runOnRoom(context, roomId, task)));
  } finally {
    if (queue.idle) context.entering.delete(roomId);
  }
}

async function runOnRoom<T>(
  context: RoomsContext,
  roomId: string,
  task: (room: Room | undefined) => Promise<T>,
): Promise<T> {
  const room = await context.registry.byId(roomId);
  if (room === undefined) return task(undefined);
  try {
    return await changeInTurn(context, room, async () => {
      await room.lastCommit.catch(() => undefined);
      if (room.stale) await context.registry.refresh(room);
      return task(room);
    });
  } catch (error) {
    if (error instanceof RoomVersionConflict) context.registry.noteConflict(room);
    throw error;
  }
}

async function retried<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof RoomVersionConflict) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** A room that is not stored yet, without anything in it. */
export async function blankRoom(
  context: RoomsContext,
  roomId: string,
  rules: RoomVersionRules,
): Promise<Room> {
  const head = { version: 0, extremities: [], depth: 0, snapshotNid: 0, blocks: EMPTY_SNAPSHOT };
  return new Room({ nid: await context.ids.room.next(), roomId, rules }, null, false, head);
}

/** Stores a room without anything in it, so that there is something to go on from. */
export async function storeBlank({ registry, storage }: RoomsContext, room: Room): Promise<void> {
  const { nid, roomId, rules, head } = room;
  const row = { ...head, nid, roomId, roomVersion: rules.version, roomType: null, listed: false };
  const unit = new UnitOfWork();
  storage.rooms.insert(unit, { ...row, extremities: [] });
  unit.onCommit(() => registry.add(room));
  await storage.database.commit(unit);
}

/** The `type` that a create event gives its room, as it can be stored. */
export function roomTypeOf(type: JsonValue | undefined): string | null {
  // PostgreSQL cannot store a NUL, and nobody looks for such a type.
  return typeof type === 'string' && !type.includes('\0') ? type : null;
}
