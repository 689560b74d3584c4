import { MatrixError } from '../../protocol/errors.ts';
import type { Pdu } from '../../protocol/events.ts';
import type { ServerName } from '../../protocol/identifiers.ts';
import { isJsonObject } from '../../protocol/json-values.ts';
import {
  type RoomVersionRules,
  roomVersionRules,
  supportedRoomVersions,
} from '../../protocol/room-versions.ts';
import { pduFromWire } from '../../protocol/wire.ts';
import type { MembershipElsewhere } from '../../rooms/index.ts';
import type { FederationContext } from '../context.ts';
import { FederationError } from '../federation-error.ts';
import { type CompletedEvent, completeEvent } from './complete-event.ts';

/** A membership that is ready to be handed to the server that has proposed it. */
export interface ReadyMembership extends CompletedEvent {
  readonly rules: RoomVersionRules;
}

/**
 * Has a server propose a membership, checks that it is what was asked for, and completes it.
 *
 * Source: Server-Server API v1.19, `GET /make_join`, `GET /make_knock`, `GET /make_leave`.
 * @throws FederationError; MatrixError 400 `M_UNSUPPORTED_ROOM_VERSION` for a room of a version that is not known here.
 */
export async function makeMembership(
  context: FederationContext,
  server: ServerName,
  membership: 'join' | 'knock' | 'leave',
  { roomId, userId, content }: MembershipElsewhere,
): Promise<ReadyMembership> {
  const path = `/_matrix/federation/v1/make_${membership}/${encodeURIComponent(roomId)}/${encodeURIComponent(userId)}`;
  const versions = supportedRoomVersions.map((version) => `ver=${version}`).join('&');
  const answer = await context.client.request({
    destination: server,
    method: 'GET',
    path: membership === 'leave' ? path : `${path}?${versions}`,
    isUrgent: true,
  });
  const { room_version: version = '1', event } = answer;
  const rules = typeof version === 'string' ? roomVersionRules(version) : undefined;
  if (rules === undefined) {
    throw new MatrixError(
      400,
      'M_UNSUPPORTED_ROOM_VERSION',
      `Room version ${String(version)} is not known here`,
    );
  }
  const proposed = readProposal(context, server, event, rules);
  const isAsAsked =
    proposed.type === 'm.room.member' &&
    proposed.room_id === roomId &&
    proposed.sender === userId &&
    proposed.state_key === userId &&
    proposed.content.membership === membership;
  if (!isAsAsked)
    throw new FederationError(server, 'malformed', 'it proposed another event than was asked for');
  const { join_authorised_via_users_server: via } = proposed.content;
  const authorised =
    membership === 'join' && typeof via === 'string' ? { join_authorised_via_users_server: via } : {};
  const pdu = { ...proposed, content: { ...content, ...authorised }, origin_server_ts: context.clock.now() };
  return { ...completeEvent(context, pdu, rules), rules };
}

/** The proposal without what is for this server to say. */
function readProposal(
  { clock, serverName }: FederationContext,
  server: ServerName,
  event: unknown,
  rules: RoomVersionRules,
): Pdu {
  if (!isJsonObject(event)) throw new FederationError(server, 'malformed', 'it proposed no event');
  const { type, room_id, sender, state_key, content, prev_events, auth_events, depth } = event;
  const ownPart = {
    origin_server_ts: clock.now(),
    hashes: { sha256: '' },
    signatures: {},
    ...(rules.eventIdFormat === 'in-event' ? { event_id: `$proposed:${serverName}` } : {}),
  };
  const json = { type, room_id, sender, state_key, content, prev_events, auth_events, depth, ...ownPart };
  try {
    const { event_id: _placeholder, ...pdu } = pduFromWire(json, rules);
    return pdu;
  } catch (error) {
    if (!(error instanceof MatrixError)) throw error;
    throw new FederationError(server, 'malformed', `it proposed no event: ${error.message}`);
  }
}
