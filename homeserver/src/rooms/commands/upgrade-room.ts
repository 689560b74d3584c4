import type { JsonObject } from '../../protocol/canonical-json.ts';
import { forbidden, MatrixError } from '../../protocol/errors.ts';
import type { Pdu } from '../../protocol/events.ts';
import { creatorsOf } from '../../protocol/power-levels.ts';
import type { RoomVersionRules } from '../../protocol/room-versions.ts';
import { SLOW_MODE } from '../../protocol/slow-mode.ts';
import { changeRoom } from '../change-room.ts';
import type { RoomsContext } from '../context.ts';
import type { EventChain, EventDraft } from '../event-chain.ts';
import { type Room, stateKeyOf } from '../room.ts';
import { joinedRoom, notInRoom, powerLevelsOfRoom } from '../room-access.ts';
import { sameContent } from '../same-content.ts';
import { isSteward } from '../steward.ts';
import { defaultPowerLevels } from './default-power-levels.ts';
import {
  createDraft,
  finishRoom,
  MOST_INITIAL_STATE,
  readAdditionalCreators,
  rulesOfNewRoom,
  startRoom,
} from './new-room.ts';
import type { SendTarget } from './send-event.ts';
import { takeSettingsAlong } from './take-settings-along.ts';
import { closedPowerLevels, type Upgrade, upgradedPowerLevels } from './upgraded-power-levels.ts';

/** What the new room takes over beside its power levels, whatever the state key. */
const TRANSFERRED: ReadonlySet<string> = new Set([
  'm.room.server_acl',
  'm.room.encryption',
  'm.room.name',
  'm.room.avatar',
  'm.room.topic',
  'm.room.guest_access',
  'm.room.history_visibility',
  'm.room.join_rules',
  'm.room.image_pack',
  SLOW_MODE,
  'm.space.child',
]);

/** What a room is to be upgraded to. */
export interface UpgradeRequest {
  readonly roomVersion: string;
  /** User IDs; from room version 12 on. */
  readonly additionalCreators?: readonly string[] | undefined;
}

/**
 * Replaces a room by one of another version: first the new room with what the old one has of state, bans and levels,
 * then in one unit the tombstone, the end of talk in the old room, and aliases and directory entry, which move. What
 * ends in between leaves the old room as it was, and a room that nobody knows.
 *
 * Whoever repeats an upgrade is given the room that it made.
 *
 * Source: Client-Server API v1.19, `POST /rooms/{roomId}/upgrade`, "Room upgrades", "Server behaviour".
 * @returns the new room's ID.
 * @throws MatrixError 400 `M_UNSUPPORTED_ROOM_VERSION`, `M_INVALID_PARAM`; 403 `M_FORBIDDEN` for somebody who may not
 * send the tombstone, and for the rooms of a guild.
 */
export async function upgradeRoom(
  context: RoomsContext,
  { roomId, sender }: SendTarget,
  request: UpgradeRequest,
): Promise<string> {
  const rules = rulesOfNewRoom(request.roomVersion);
  const additional = readAdditionalCreators(
    request.additionalCreators === undefined ? undefined : [...request.additionalCreators],
    rules,
  );
  const old = await joinedRoom(context, roomId, sender);
  let created: Room | undefined;
  const replacementId = await changeRoom(context, old, async (chain) => {
    requireMayUpgrade(old, sender);
    const create = replacementDraft(context, old, sender, additional, rules);
    const known = await replacementOf(context, old, create);
    if (known !== undefined) return known.roomId;
    // A second attempt, because somebody else moved the old room's head, goes on with the room of the first.
    created ??= await createReplacement(context, old, create, rules);
    await closeRoom(context, old, chain, sender, created);
    await moveNames(context, old, chain, created);
    return created.roomId;
  });
  if (created !== undefined) await takeSettingsAlong(context, sender, created);
  return replacementId;
}

function requireMayUpgrade(room: Room, userId: string): void {
  if (room.membershipOf(userId) !== 'join') throw notInRoom();
  const creator = room.state.get(stateKeyOf('m.room.create', ''))?.pdu.sender;
  if (creator !== undefined && isSteward(creator)) {
    throw forbidden('This room belongs to a guild. The rooms of a guild cannot be upgraded one by one');
  }
  const levels = powerLevelsOfRoom(room);
  if (levels.userLevel(userId) < levels.eventLevel('m.room.tombstone', true)) {
    throw forbidden('You may not upgrade this room: it takes the level of its tombstone');
  }
}

function replacementDraft(
  context: RoomsContext,
  old: Room,
  sender: string,
  additional: readonly string[],
  rules: RoomVersionRules,
): EventDraft {
  const { type, 'm.federate': federate } = old.content('m.room.create') ?? {};
  const [newest] = old.head.extremities;
  const predecessor: JsonObject = {
    room_id: old.roomId,
    ...(rules.roomIdIsCreateHash || newest === undefined ? {} : { event_id: newest.eventId }),
  };
  const content: JsonObject = {
    ...(type === undefined ? {} : { type }),
    ...(federate === undefined ? {} : { 'm.federate': federate }),
    predecessor,
  };
  return createDraft(context, sender, content, additional, rules);
}

/** The room that the same person's same upgrade made before. */
async function replacementOf(
  context: RoomsContext,
  old: Room,
  wanted: EventDraft,
): Promise<Room | undefined> {
  const { replacement_room: roomId } = old.content('m.room.tombstone') ?? {};
  const room = typeof roomId === 'string' ? await context.registry.byId(roomId) : undefined;
  const create = room?.state.get(stateKeyOf('m.room.create', ''))?.pdu;
  if (create === undefined || create.sender !== wanted.sender) return undefined;
  const predecessor: JsonObject = { room_id: old.roomId };
  const { predecessor: found } = create.content;
  const isFromHere =
    typeof found === 'object' && found !== null && !Array.isArray(found) && found.room_id === old.roomId;
  const isSame = sameContent({ ...create.content, predecessor }, { ...wanted.content, predecessor });
  return isFromHere && isSame ? room : undefined;
}

async function createReplacement(
  context: RoomsContext,
  old: Room,
  create: EventDraft,
  rules: RoomVersionRules,
): Promise<Room> {
  const creator = create.sender;
  const { room, chain, created } = await startRoom(context, create, rules);
  const profile = await context.profiles.profileOf(creator);
  const content: JsonObject = { ...profile, membership: 'join' };
  await chain.append({ type: 'm.room.member', sender: creator, stateKey: creator, content });

  // The power levels come last: until then the creator may do everything, whatever their level in the old room.
  const drafts = [
    ...transferredState(old, creator),
    ...(await bansOf(context, old, creator)),
    ...(await canonicalAlias(context, old, creator)),
    powerLevels(old, created, rules),
  ];
  for (const draft of drafts.splice(0, MOST_INITIAL_STATE)) await chain.append(draft);
  await context.storage.database.commit(finishRoom(context, room, chain, false));
  while (drafts.length > 0) {
    const batch = drafts.splice(0, MOST_INITIAL_STATE);
    await changeRoom(context, room, async (rest) => {
      for (const draft of batch) await rest.append(draft);
    });
  }
  return room;
}

function transferredState(old: Room, sender: string): EventDraft[] {
  return [...old.state.values()].flatMap(({ pdu: { type, state_key: stateKey = '', content } }) => {
    // Only spaces have children, and a child without servers to reach it through was taken out.
    const isGone = type === 'm.space.child' && (old.roomType !== 'm.space' || !Array.isArray(content.via));
    return TRANSFERRED.has(type) && !isGone ? { type, sender, stateKey, content } : [];
  });
}

async function bansOf(context: RoomsContext, old: Room, sender: string): Promise<EventDraft[]> {
  const banned = [...old.members].filter(([, member]) => member.membership === 'ban');
  const nids = banned.map(([, member]) => member.eventNid);
  const events = new Map((await context.storage.events.getAll(nids)).map((event) => [event.nid, event]));
  return banned.map(([userId, { eventNid }]) => {
    const event = events.get(eventNid);
    const reason = event?.redactedBy === null ? event.pdu.content.reason : undefined;
    const content: JsonObject = { membership: 'ban', ...(typeof reason === 'string' ? { reason } : {}) };
    return { type: 'm.room.member', sender, stateKey: userId, content };
  });
}

/** The old room's main alias, as far as it leads there: it moves along. */
async function canonicalAlias(context: RoomsContext, old: Room, sender: string): Promise<EventDraft[]> {
  const { alias, alt_aliases: others } = old.content('m.room.canonical_alias') ?? {};
  const moving = new Set<unknown>(await context.storage.rooms.aliasesOf(old.nid));
  const alternatives = Array.isArray(others) ? others.filter((other) => moving.has(other)) : [];
  const content: JsonObject = {
    ...(alias !== undefined && moving.has(alias) ? { alias } : {}),
    ...(alternatives.length === 0 ? {} : { alt_aliases: alternatives }),
  };
  const isEmpty = Object.keys(content).length === 0;
  return isEmpty ? [] : [{ type: 'm.room.canonical_alias', sender, stateKey: '', content }];
}

function powerLevels(old: Room, create: Pdu, to: RoomVersionRules): EventDraft {
  const { sender } = create;
  const upgrade: Upgrade = {
    from: old.rules,
    to,
    creator: sender,
    creators: creatorsOf(create, to),
    wasAboveAll: powerLevelsOfRoom(old).userLevel(sender) === Number.POSITIVE_INFINITY,
  };
  const before = old.content('m.room.power_levels');
  const content =
    before === undefined ? defaultPowerLevels(sender, {}, to) : upgradedPowerLevels(before, upgrade);
  return { type: 'm.room.power_levels', sender, stateKey: '', content };
}

/** The tombstone, and where who upgrades may: no more talk. */
async function closeRoom(
  context: RoomsContext,
  old: Room,
  chain: EventChain,
  sender: string,
  replacement: Room,
): Promise<void> {
  const tombstone = { body: 'This room has been replaced', replacement_room: replacement.roomId };
  await chain.append({ type: 'm.room.tombstone', sender, stateKey: '', content: tombstone });
  const levels = old.content('m.room.power_levels');
  const content = levels === undefined ? undefined : closedPowerLevels(levels, old.rules);
  if (content === undefined) return;
  try {
    await chain.append({ type: 'm.room.power_levels', sender, stateKey: '', content });
  } catch (error) {
    if (!(error instanceof MatrixError)) throw error;
    context.logger.info('replaced room stays open', { room: old.roomId, reason: error.message });
  }
}

/** Aliases and the entry in the directory move with the tombstone. */
async function moveNames(
  context: RoomsContext,
  old: Room,
  chain: EventChain,
  replacement: Room,
): Promise<void> {
  const { rooms } = context.storage;
  for (const alias of await rooms.aliasesOf(old.nid)) rooms.moveAlias(chain.unit, alias, replacement.nid);
  if (!old.listed) return;
  rooms.setListed(chain.unit, old.nid, false);
  rooms.setListed(chain.unit, replacement.nid, true);
  chain.unit.onCommit(() => {
    old.listed = false;
    replacement.listed = true;
  });
}
