import { randomOpaqueId } from '../../base/ids.ts';
import type { JsonObject, JsonValue } from '../../protocol/canonical-json.ts';
import { invalidParam, MatrixError } from '../../protocol/errors.ts';
import type { Pdu } from '../../protocol/events.ts';
import { isUserId } from '../../protocol/identifiers.ts';
import { type RoomVersionRules, roomVersionRules } from '../../protocol/room-versions.ts';
import { EMPTY_SNAPSHOT, type UnitOfWork } from '../../storage/index.ts';
import type { RoomsContext } from '../context.ts';
import { EventChain, type EventDraft } from '../event-chain.ts';
import { Room, type RoomHead } from '../room.ts';

/** All first events are written at once, and others wait meanwhile. */
export const MOST_INITIAL_STATE = 500;

/** @throws MatrixError 400 `M_UNSUPPORTED_ROOM_VERSION` unless rooms of this version can be created here. */
export function rulesOfNewRoom(version: string): RoomVersionRules {
  const rules = roomVersionRules(version);
  if (rules === undefined) {
    throw new MatrixError(
      400,
      'M_UNSUPPORTED_ROOM_VERSION',
      `Room version ${version} cannot be created here`,
    );
  }
  return rules;
}

/**
 * The draft of a create event.
 *
 * @param content what is asked for; the keys that the room version gives a meaning are set here.
 * @param additional who is a creator beside the sender, in room versions that know such; each once.
 */
export function createDraft(
  context: RoomsContext,
  creator: string,
  content: JsonObject,
  additional: readonly string[],
  rules: RoomVersionRules,
): EventDraft {
  const { additional_creators: _given, creator: _ignored, ...rest } = content;
  const creators = rules.creatorsHaveInfinitePower
    ? [...new Set(additional)].filter((userId) => userId !== creator)
    : [];
  return {
    type: 'm.room.create',
    sender: creator,
    stateKey: '',
    content: {
      ...rest,
      room_version: rules.version,
      ...(rules.creatorIsSender ? {} : { creator }),
      ...(creators.length === 0 ? {} : { additional_creators: creators }),
    },
    originServerTs: context.creationTime(),
  };
}

/** @throws MatrixError 400 `M_INVALID_PARAM` unless this is absent or a list of user IDs; only if it has a meaning. */
export function readAdditionalCreators(value: JsonValue | undefined, rules: RoomVersionRules): string[] {
  if (value === undefined || !rules.creatorsHaveInfinitePower) return [];
  if (!Array.isArray(value) || !value.every(isUserId)) {
    throw invalidParam('additional_creators must be a list of user IDs');
  }
  return value;
}

/** A room in memory with its create event, whose hash is the room's ID from version 12 on. */
export async function startRoom(
  context: RoomsContext,
  create: EventDraft,
  rules: RoomVersionRules,
): Promise<{ room: Room; chain: EventChain; created: Pdu }> {
  const { type } = create.content;
  // PostgreSQL cannot store a NUL, and nobody looks for such a type.
  const roomType = typeof type === 'string' && !type.includes('\0') ? type : null;
  const nid = await context.ids.room.next();
  const head: RoomHead = { version: 0, extremities: [], depth: 0, snapshotNid: 0, blocks: EMPTY_SNAPSHOT };
  if (!rules.roomIdIsCreateHash) {
    const roomId = `!${randomOpaqueId(18)}:${context.serverName}`;
    const room = new Room({ nid, roomId, rules }, roomType, false, head);
    const chain = new EventChain(context, room);
    const { pdu: created } = await chain.append(create);
    return { room, chain, created };
  }
  const room = new Room({ nid, roomId: '', rules }, roomType, false, head);
  const chain = new EventChain(context, room);
  const event = await chain.append(create);
  room.roomId = `!${event.eventId.slice(1)}`;
  return { room, chain, created: event.pdu };
}

/**
 * Ends the chain of a room that `startRoom` began: the room's row goes into the same unit. Nobody else knows the room,
 * so its head needs no compare-and-set.
 */
export function finishRoom(
  context: RoomsContext,
  room: Room,
  chain: EventChain,
  listed: boolean,
): UnitOfWork {
  const { head } = chain;
  const unit = chain.finishNew();
  context.storage.rooms.insert(unit, {
    nid: room.nid,
    roomId: room.roomId,
    roomVersion: room.rules.version,
    version: head.version,
    extremities: head.extremities.map((extremity) => extremity.nid),
    depth: head.depth,
    snapshotNid: head.snapshotNid,
    roomType: room.roomType,
    listed,
  });
  room.listed = listed;
  return unit.onCommit(() => {
    room.commit(head);
    context.registry.add(room);
  });
}
