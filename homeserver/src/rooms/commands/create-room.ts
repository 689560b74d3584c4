import type { JsonObject } from '../../protocol/canonical-json.ts';
import { invalidParam, MatrixError } from '../../protocol/errors.ts';
import { domainOf, isRoomAlias } from '../../protocol/identifiers.ts';
import { DEFAULT_ROOM_VERSION, type RoomVersionRules } from '../../protocol/room-versions.ts';
import { ExpectationFailed } from '../../storage/index.ts';
import type { RoomsContext } from '../context.ts';
import type { EventChain } from '../event-chain.ts';
import { aliasOnThisServer, refuseKeptAlias } from './aliases.ts';
import { requireContentForm } from './content-form.ts';
import { defaultPowerLevels, presetOf } from './default-power-levels.ts';
import { inviteContent, inviteUser, requireInvitable } from './invite.ts';
import {
  createDraft,
  finishRoom,
  MOST_INITIAL_STATE,
  readAdditionalCreators,
  rulesOfNewRoom,
  startRoom,
} from './new-room.ts';

/** The presets of the specification; each is a join rule, a history visibility and guest access. */
const PRESETS = {
  private_chat: { joinRule: 'invite', history: 'shared', guests: 'can_join' },
  trusted_private_chat: { joinRule: 'invite', history: 'shared', guests: 'can_join' },
  public_chat: { joinRule: 'public', history: 'shared', guests: 'forbidden' },
} as const;

/** The presets' names. */
export type Preset = keyof typeof PRESETS;

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
  const rules = rulesOfNewRoom(request.roomVersion ?? DEFAULT_ROOM_VERSION);
  if ((request.initialState ?? []).length > MOST_INITIAL_STATE) {
    throw invalidParam(`initial_state may have at most ${MOST_INITIAL_STATE} events`);
  }
  const alias = await freeAlias(context, creator, request.aliasName);
  for (const userId of request.invite ?? []) await requireInvitable(context, creator, userId);

  const { creationContent = {}, invite = [], preset } = request;
  const additional = readAdditionalCreators(creationContent.additional_creators, rules);
  const trusted = preset === 'trusted_private_chat' ? invite : [];
  const create = createDraft(context, creator, creationContent, [...additional, ...trusted], rules);
  const { room, chain } = await startRoom(context, create, rules);
  await appendRest(context, chain, creator, request, alias, rules).catch(refuseState);
  const creatorNid = await context.storage.strings.intern(creator);

  const unit = finishRoom(context, room, chain, request.visibility === 'public');
  if (alias !== undefined) context.storage.rooms.addAlias(unit, alias, room.nid, creatorNid);
  try {
    await context.storage.database.commit(unit);
  } catch (error) {
    if (error instanceof ExpectationFailed && alias !== undefined) throw aliasTaken(alias);
    throw error;
  }
  await inviteOthers(context, room.roomId, creator, request);
  return room.roomId;
}

/** Invites those whose servers have to sign it first, and so to a room that is there. What they say is told, as by Synapse. */
async function inviteOthers(
  context: RoomsContext,
  roomId: string,
  creator: string,
  { invite = [], isDirect = false }: RoomRequest,
): Promise<void> {
  for (const userId of new Set(invite)) {
    if (domainOf(userId) === context.serverName) continue;
    await inviteUser(context, { roomId, sender: creator }, userId, { isDirect });
  }
}

/** What the rules do not let the creator do is here the request's fault: its state contradicts itself. */
function refuseState(error: unknown): never {
  const isRefusal = error instanceof MatrixError && error.errcode === 'M_FORBIDDEN';
  throw isRefusal ? new MatrixError(400, 'M_INVALID_ROOM_STATE', error.message) : error;
}

async function freeAlias(
  context: RoomsContext,
  creator: string,
  localpart: string | undefined,
): Promise<string | undefined> {
  if (localpart === undefined) return undefined;
  const alias = aliasOnThisServer(context, `#${localpart}:${context.serverName}`);
  if (!isRoomAlias(alias)) throw invalidParam(`${localpart} cannot be part of an alias`);
  refuseKeptAlias(context, alias, creator);
  if ((await context.storage.rooms.alias(alias)) !== undefined) throw aliasTaken(alias);
  return alias;
}

function aliasTaken(alias: string): MatrixError {
  return new MatrixError(400, 'M_ROOM_IN_USE', `${alias} leads to another room already`);
}

async function appendRest(
  context: RoomsContext,
  chain: EventChain,
  creator: string,
  request: RoomRequest,
  alias: string | undefined,
  rules: RoomVersionRules,
): Promise<void> {
  const preset = PRESETS[presetOf(request)];
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
  requireContentForm(rules, { type: 'm.room.power_levels', stateKey: '', content: levels });
  await setUnlessGiven('m.room.power_levels', levels);
  if (alias !== undefined) await set('m.room.canonical_alias', { alias });
  await setUnlessGiven('m.room.join_rules', { join_rule: preset.joinRule });
  await setUnlessGiven('m.room.history_visibility', { history_visibility: preset.history });
  await setUnlessGiven('m.room.guest_access', { guest_access: preset.guests });
  for (const { type, stateKey, content } of request.initialState ?? []) {
    if (type === 'm.room.create' || type === 'm.room.member') {
      throw new MatrixError(400, 'M_INVALID_ROOM_STATE', `initial_state may not have ${type}`);
    }
    requireContentForm(rules, { type, stateKey, content });
    await set(type, content, stateKey);
  }
  if (request.name !== undefined) await set('m.room.name', { name: request.name });
  if (request.topic !== undefined) {
    const rich = { 'm.text': [{ body: request.topic, mimetype: 'text/plain' }] };
    await set('m.room.topic', { topic: request.topic, 'm.topic': rich });
  }
  for (const userId of new Set(request.invite ?? [])) {
    if (userId === creator) throw invalidParam('Nobody invites themselves');
    if (domainOf(userId) !== context.serverName) continue;
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
