import { randomOpaqueId } from '../../base/ids.ts';
import type { JsonObject, JsonValue } from '../../protocol/canonical-json.ts';
import { invalidParam, MatrixError } from '../../protocol/errors.ts';
import { isRoomAlias, isUserId } from '../../protocol/identifiers.ts';
import {
  DEFAULT_ROOM_VERSION,
  type RoomVersionRules,
  roomVersionRules,
} from '../../protocol/room-versions.ts';
import { EMPTY_SNAPSHOT, ExpectationFailed, type UnitOfWork } from '../../storage/index.ts';
import type { RoomsContext } from '../context.ts';
import { EventChain, type EventDraft } from '../event-chain.ts';
import { Room, type RoomHead } from '../room.ts';
import { aliasOnThisServer } from './aliases.ts';
import { defaultPowerLevels } from './default-power-levels.ts';
import { inviteContent, requireInvitable } from './invite.ts';

/** The presets of the specification; each is a join rule, a history visibility and guest access. */
const PRESETS = {
  private_chat: { joinRule: 'invite', history: 'shared', guests: 'can_join' },
  trusted_private_chat: { joinRule: 'invite', history: 'shared', guests: 'can_join' },
  public_chat: { joinRule: 'public', history: 'shared', guests: 'forbidden' },
} as const;

/** The presets' names. */
export type Preset = keyof typeof PRESETS;

/** All first events are written at once, and others wait meanwhile. */
const MOST_INITIAL_STATE = 500;

/** A state event to set at creation. */
export interface InitialState {
  readonly type: string;
  readonly stateKey: string;
  readonly content: JsonObject;
}

/** What a new room is to be. */
export interface RoomRequest {
  readonly roomVersion?: string | undefined;
  readonly preset?: Preset | undefined;
  readonly visibility?: 'public' | 'private' | undefined;
  readonly name?: string | undefined;
  readonly topic?: string | undefined;
  /** The localpart of an alias on this server. */
  readonly aliasName?: string | undefined;
  readonly creationContent?: JsonObject | undefined;
  readonly initialState?: readonly InitialState[] | undefined;
  readonly powerLevelOverride?: JsonObject | undefined;
  readonly invite?: readonly string[] | undefined;
  /** Local users that are members from the first moment: invited and joined, or let in by a restricted join rule. */
  readonly members?: readonly string[] | undefined;
  readonly isDirect?: boolean | undefined;
}

/**
 * Creates a room: all its first events in one unit, so that there is the whole room or none.
 *
 * Source: Client-Server API v1.19, `POST /createRoom`, whose order of events is kept.
 * @returns the room's ID.
 * @throws MatrixError 400 `M_UNSUPPORTED_ROOM_VERSION`, `M_INVALID_PARAM`, `M_BAD_JSON`, `M_ROOM_IN_USE`,
 * `M_INVALID_ROOM_STATE`; 403 `M_FORBIDDEN` for an invite that is not possible.
 */
export async function createRoom(
  context: RoomsContext,
  creator: string,
  request: RoomRequest,
): Promise<string> {
  const rules = rulesFor(request.roomVersion ?? DEFAULT_ROOM_VERSION);
  if ((request.initialState ?? []).length > MOST_INITIAL_STATE) {
    throw invalidParam(`initial_state may have at most ${MOST_INITIAL_STATE} events`);
  }
  const alias = await freeAlias(context, request.aliasName);
  for (const userId of request.invite ?? []) await requireInvitable(context, userId);

  const create = { ...createDraft(creator, request, rules), originServerTs: context.creationTime() };
  const { room, chain } = await startRoom(context, create, rules);
  await appendRest(context, chain, creator, request, alias, rules).catch(refuseState);
  const creatorNid = await context.storage.strings.intern(creator);

  const unit = rowOf(context, room, chain, request.visibility === 'public');
  if (alias !== undefined) context.storage.rooms.addAlias(unit, alias, room.nid, creatorNid);
  try {
    await context.storage.database.commit(unit);
  } catch (error) {
    if (error instanceof ExpectationFailed && alias !== undefined) throw aliasTaken(alias);
    throw error;
  }
  return room.roomId;
}

/** What the rules do not let the creator do is here the request's fault: its state contradicts itself. */
function refuseState(error: unknown): never {
  const isRefusal = error instanceof MatrixError && error.errcode === 'M_FORBIDDEN';
  throw isRefusal ? new MatrixError(400, 'M_INVALID_ROOM_STATE', error.message) : error;
}

function rulesFor(version: string): RoomVersionRules {
  const rules = roomVersionRules(version);
  // Versions 1 and 2 name events themselves and chain hashes: rooms of them can be joined, not made, here.
  if (rules === undefined || rules.eventIdFormat === 'in-event') {
    throw new MatrixError(
      400,
      'M_UNSUPPORTED_ROOM_VERSION',
      `Room version ${version} cannot be created here`,
    );
  }
  return rules;
}

async function freeAlias(context: RoomsContext, localpart: string | undefined): Promise<string | undefined> {
  if (localpart === undefined) return undefined;
  const alias = aliasOnThisServer(context, `#${localpart}:${context.serverName}`);
  if (!isRoomAlias(alias)) throw invalidParam(`${localpart} cannot be part of an alias`);
  if ((await context.storage.rooms.alias(alias)) !== undefined) throw aliasTaken(alias);
  return alias;
}

function aliasTaken(alias: string): MatrixError {
  return new MatrixError(400, 'M_ROOM_IN_USE', `${alias} leads to another room already`);
}

function createDraft(creator: string, request: RoomRequest, rules: RoomVersionRules) {
  const { creationContent = {}, invite = [], preset } = request;
  const additional = additionalCreators(creationContent.additional_creators, rules);
  const trusted = preset === 'trusted_private_chat' && rules.creatorsHaveInfinitePower ? invite : [];
  const creators = [...new Set([...additional, ...trusted])].filter((userId) => userId !== creator);
  const { additional_creators: _given, creator: _ignored, ...rest } = creationContent;
  const content: JsonObject = {
    ...rest,
    room_version: rules.version,
    ...(rules.creatorIsSender ? {} : { creator }),
    ...(creators.length === 0 ? {} : { additional_creators: creators }),
  };
  return { type: 'm.room.create', sender: creator, stateKey: '', content };
}

function additionalCreators(value: JsonValue | undefined, rules: RoomVersionRules): string[] {
  if (value === undefined || !rules.creatorsHaveInfinitePower) return [];
  if (!Array.isArray(value) || !value.every(isUserId)) {
    throw invalidParam('creation_content.additional_creators must be a list of user IDs');
  }
  return value;
}

/** The room in memory with its create event, whose hash is the room's ID from version 12 on. */
async function startRoom(
  context: RoomsContext,
  create: EventDraft,
  rules: RoomVersionRules,
): Promise<{ room: Room; chain: EventChain }> {
  const { type } = create.content;
  // PostgreSQL cannot store a NUL, and nobody looks for such a type.
  const roomType = typeof type === 'string' && !type.includes('\0') ? type : null;
  const nid = await context.ids.room.next();
  const head: RoomHead = { version: 0, extremities: [], depth: 0, snapshotNid: 0, blocks: EMPTY_SNAPSHOT };
  if (!rules.roomIdIsCreateHash) {
    const roomId = `!${randomOpaqueId(18)}:${context.serverName}`;
    const room = new Room({ nid, roomId, rules }, roomType, false, head);
    const chain = new EventChain(context, room);
    await chain.append(create);
    return { room, chain };
  }
  const room = new Room({ nid, roomId: '', rules }, roomType, false, head);
  const chain = new EventChain(context, room);
  const event = await chain.append(create);
  room.roomId = `!${event.eventId.slice(1)}`;
  return { room, chain };
}

async function appendRest(
  context: RoomsContext,
  chain: EventChain,
  creator: string,
  request: RoomRequest,
  alias: string | undefined,
  rules: RoomVersionRules,
): Promise<void> {
  const preset =
    PRESETS[request.preset ?? (request.visibility === 'public' ? 'public_chat' : 'private_chat')];
  const given = new Set((request.initialState ?? []).map(({ type, stateKey }) => `${type}\0${stateKey}`));
  const set = async (type: string, content: JsonObject, stateKey = ''): Promise<void> => {
    await chain.append({ type, sender: creator, stateKey, content });
  };
  const setUnlessGiven = async (type: string, content: JsonObject): Promise<void> => {
    if (!given.has(`${type}\0`)) await set(type, content);
  };

  const profile = await context.profiles.profileOf(creator);
  await set('m.room.member', { ...profile, membership: 'join' }, creator);
  const levels = defaultPowerLevels(creator, request, rules);
  await setUnlessGiven('m.room.power_levels', levels);
  if (alias !== undefined) await set('m.room.canonical_alias', { alias });
  await setUnlessGiven('m.room.join_rules', { join_rule: preset.joinRule });
  await setUnlessGiven('m.room.history_visibility', { history_visibility: preset.history });
  await setUnlessGiven('m.room.guest_access', { guest_access: preset.guests });
  for (const { type, stateKey, content } of request.initialState ?? []) {
    if (type === 'm.room.create' || type === 'm.room.member') {
      throw new MatrixError(400, 'M_INVALID_ROOM_STATE', `initial_state may not have ${type}`);
    }
    await set(type, content, stateKey);
  }
  if (request.name !== undefined) await set('m.room.name', { name: request.name });
  if (request.topic !== undefined) {
    const rich = { 'm.text': [{ body: request.topic, mimetype: 'text/plain' }] };
    await set('m.room.topic', { topic: request.topic, 'm.topic': rich });
  }
  for (const userId of new Set(request.invite ?? [])) {
    if (userId === creator) throw invalidParam('Nobody invites themselves');
    const isDirect = request.isDirect === true;
    await set('m.room.member', await inviteContent(context, userId, { isDirect }), userId);
  }
  for (const userId of request.members ?? []) await appendMember(context, chain, creator, userId);
}

/** Brings a user in: through the creator's authority where membership elsewhere lets people in, else by an invite. */
async function appendMember(
  context: RoomsContext,
  chain: EventChain,
  creator: string,
  userId: string,
): Promise<void> {
  const rule = (await chain.stateEvent('m.room.join_rules'))?.pdu.content.join_rule;
  const isRestricted = rule === 'restricted' || rule === 'knock_restricted';
  const profile = await context.profiles.profileOf(userId);
  if (rule === 'invite') {
    const content = await inviteContent(context, userId, {});
    await chain.append({ type: 'm.room.member', sender: creator, stateKey: userId, content });
  }
  const content: JsonObject = {
    ...profile,
    ...(isRestricted ? { join_authorised_via_users_server: creator } : {}),
    membership: 'join',
  };
  await chain.append({ type: 'm.room.member', sender: userId, stateKey: userId, content });
}

/** The room's row goes into the same unit; nobody else knows the room, so its head needs no compare-and-set. */
function rowOf(context: RoomsContext, room: Room, chain: EventChain, listed: boolean): UnitOfWork {
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
    room.head = head;
    context.registry.add(room);
  });
}
