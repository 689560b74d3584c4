import type { JsonObject } from '../../protocol/canonical-json.ts';
import type { ServerName } from '../../protocol/identifiers.ts';
import { type MembershipElsewhere, receiveMembership } from '../../rooms/index.ts';
import type { FederationContext } from '../context.ts';
import { askInTurn } from './ask-in-turn.ts';
import { makeMembership } from './proposals.ts';

/**
 * Knocks on a room through a server that is in it.
 *
 * Source: Server-Server API v1.19, "Knocking upon a room".
 */
export function knockElsewhere(context: FederationContext, membership: MembershipElsewhere): Promise<string> {
  return askInTurn(context, membership.servers, (server) => hand(context, server, 'knock', membership));
}

/**
 * Turns an invite down, or takes a knock back, through a server that is in the room.
 *
 * Source: Server-Server API v1.19, "Leaving Rooms (Rejecting Invites)".
 */
export function leaveElsewhere(context: FederationContext, membership: MembershipElsewhere): Promise<string> {
  return askInTurn(context, membership.servers, (server) => hand(context, server, 'leave', membership));
}

async function hand(
  context: FederationContext,
  server: ServerName,
  kind: 'knock' | 'leave',
  membership: MembershipElsewhere,
): Promise<string> {
  const { roomId } = membership;
  const { eventId, json, rules } = await makeMembership(context, server, kind, membership);
  const version = kind === 'leave' ? 'v2' : 'v1';
  const ids = `${encodeURIComponent(roomId)}/${encodeURIComponent(eventId)}`;
  const answer: JsonObject = await context.client.request({
    destination: server,
    method: 'PUT',
    path: `/_matrix/federation/${version}/send_${kind}/${ids}`,
    body: json,
    isUrgent: true,
  });
  const { knock_room_state: told } = answer;
  return receiveMembership(
    { ...context.rooms, signingKeys: context.keyring },
    {
      roomId,
      roomVersion: rules.version,
      event: json,
      ...(Array.isArray(told) ? { strippedState: told } : {}),
    },
  );
}
