import { buffer } from 'node:stream/consumers';
import type { JsonObject } from '../../protocol/canonical-json.ts';
import { domainOf, type ServerName } from '../../protocol/identifiers.ts';
import { parseJson } from '../../protocol/json-numbers.ts';
import { isJsonObject } from '../../protocol/json-values.ts';
import type { RoomVersionRules } from '../../protocol/room-versions.ts';
import { pduFromWire, pduToWire } from '../../protocol/wire.ts';
import {
  acceptMembership,
  eventsForServers,
  type InviteElsewhere,
  joinedRoom,
  proposeEvent,
  type Room,
  stateKeyOf,
} from '../../rooms/index.ts';
import type { FederationContext } from '../context.ts';
import { FederationError } from '../federation-error.ts';
import { withPolicySignature } from '../policy-signature.ts';
import { askInTurn } from './ask-in-turn.ts';
import { type CompletedEvent, completeEvent } from './complete-event.ts';

/** What tells people which room it is. Source: Client-Server API v1.19, "Stripped state". */
const SHOWN = [
  'm.room.create',
  'm.room.name',
  'm.room.avatar',
  'm.room.topic',
  'm.room.join_rules',
  'm.room.canonical_alias',
  'm.room.encryption',
];

/**
 * Invites a user of another server: that has to sign the invite, which is a part of the room then.
 *
 * Source: Server-Server API v1.19, "Inviting to a room".
 */
export async function inviteElsewhere(
  context: FederationContext,
  { roomId, sender, userId, content, originServerTs }: InviteElsewhere,
): Promise<string> {
  const room = await joinedRoom(context.rooms, roomId, sender);
  const draft = { type: 'm.room.member', sender, stateKey: userId, content, originServerTs };
  const invite = completeEvent(context, await proposeEvent(context.rooms, room, draft), room.rules);
  const json = await askInTurn(context, [domainOf(userId)], (server) =>
    haveSigned(context, server, room, sender, invite),
  );
  const signed = await withPolicySignature(context, room, pduFromWire(json, room.rules));
  const { eventId } = await acceptMembership(
    { ...context.rooms, signingKeys: context.keyring },
    room,
    pduToWire(signed, room.rules),
  );
  return eventId;
}

/** @returns the invite with the other server's signature. */
async function haveSigned(
  { client, rooms }: FederationContext,
  server: ServerName,
  room: Room,
  sender: string,
  { eventId, json }: CompletedEvent,
): Promise<JsonObject> {
  const { rules, roomId } = room;
  const shown = SHOWN.flatMap((type) => room.state.get(stateKeyOf(type, '')) ?? []);
  const inviter = await rooms.storage.events.get(room.members.get(sender)?.eventNid ?? 0);
  const told = await eventsForServers(rooms, room, [...shown, ...(inviter ? [inviter] : [])]);
  const ids = `${encodeURIComponent(roomId)}/${encodeURIComponent(eventId)}`;
  const request = { destination: server, method: 'PUT', isUrgent: true } as const;
  const body = { room_version: rules.version, event: json, invite_room_state: told };
  try {
    const answer = await client.request({ ...request, path: `/_matrix/federation/v2/invite/${ids}`, body });
    return withSignatures(server, json, answer.event);
  } catch (error) {
    if (!isUnknownPath(error) || !isOfFirstVersions(rules)) throw error;
  }
  const { body: answered } = await client.open({
    ...request,
    path: `/_matrix/federation/v1/invite/${ids}`,
    body: json,
  });
  // A list of a status and the answer.
  const [, answer] = listOf(parseJson((await buffer(answered)).toString()));
  return withSignatures(server, json, isJsonObject(answer) ? answer.event : undefined);
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The invite as it was sent: of the answer only the signatures count. */
function withSignatures(server: ServerName, json: JsonObject, answered: unknown): JsonObject {
  const theirs =
    isJsonObject(answered) && isJsonObject(answered.signatures) ? answered.signatures[server] : undefined;
  if (!isJsonObject(theirs)) throw new FederationError(server, 'malformed', 'it did not sign the invite');
  const signatures = { ...(json.signatures as JsonObject), [server]: theirs };
  return { ...json, signatures };
}

function isUnknownPath(error: unknown): boolean {
  return (
    error instanceof FederationError && error.failure === 'refused' && error.errcode === 'M_UNRECOGNIZED'
  );
}

function isOfFirstVersions({ version }: RoomVersionRules): boolean {
  return version === '1' || version === '2';
}
