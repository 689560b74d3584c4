import type { JsonObject } from '../../protocol/canonical-json.ts';
import type { Membership, StoredEvent } from '../../storage/index.ts';
import { presentEvents, type Viewer } from '../client-event.ts';
import type { RoomsContext } from '../context.ts';
import { untilComplete } from '../full-state.ts';
import { joinedRoom } from '../room-access.ts';
import { positionOfToken } from './page-token.ts';
import { endOfView, type RoomView, stateAfter, stateOfView, viewRoom } from './room-view.ts';

/** Which members of a room, and when. */
export interface MembersRequest {
  /** A token: the members as they were then. */
  readonly at?: string | undefined;
  readonly membership?: Membership | undefined;
  readonly notMembership?: Membership | undefined;
}

/** What a room's members show of themselves in it. */
export interface JoinedMembers {
  readonly joined: Record<string, { display_name?: string; avatar_url?: string }>;
}

/**
 * The member events of a room. With both a membership to have and one not to have, either is enough.
 *
 * Source: Client-Server API v1.19, `GET /rooms/{roomId}/members`.
 * @throws MatrixError 403 `M_FORBIDDEN`; 400 `M_INVALID_PARAM` for a token that is none.
 */
export async function getMembers(
  context: RoomsContext,
  roomId: string,
  viewer: Viewer,
  { at, membership, notMembership }: MembersRequest,
): Promise<{ chunk: JsonObject[] }> {
  const view = await viewRoom(context, roomId, viewer);
  await untilComplete(context, view.room);
  const position = positionOfToken(at);
  const members = (await stateAt(context, view, position)).filter(({ pdu }) => {
    if (pdu.type !== 'm.room.member') return false;
    if (membership === undefined && notMembership === undefined) return true;
    const theirs = pdu.content.membership;
    return theirs === membership || (notMembership !== undefined && theirs !== notMembership);
  });
  return { chunk: await presentEvents(context, view.room, members, viewer, []) };
}

/**
 * Who is joined to a room, with the names and pictures that they have in it.
 *
 * Source: Client-Server API v1.19, `GET /rooms/{roomId}/joined_members`.
 * @throws MatrixError 403 `M_FORBIDDEN` for somebody who is not joined.
 */
export async function getJoinedMembers(
  context: RoomsContext,
  roomId: string,
  viewer: Viewer,
): Promise<JoinedMembers> {
  const room = await joinedRoom(context, roomId, viewer.userId);
  await untilComplete(context, room);
  const members = [...room.members.values()].filter((member) => member.membership === 'join');
  const events = await context.storage.events.getAll(members.map((member) => member.eventNid));
  const joined: JoinedMembers['joined'] = {};
  for (const { pdu, redactedBy } of events) {
    const { displayname, avatar_url: avatarUrl } = redactedBy === null ? pdu.content : {};
    joined[pdu.state_key ?? ''] = {
      ...(typeof displayname === 'string' ? { display_name: displayname } : {}),
      ...(typeof avatarUrl === 'string' ? { avatar_url: avatarUrl } : {}),
    };
  }
  return { joined };
}

/** The state that a viewer sees, as it was at a position. */
async function stateAt(
  context: RoomsContext,
  view: RoomView,
  position: number | undefined,
): Promise<StoredEvent[]> {
  if (position === undefined) return stateOfView(context, view);
  const end = Math.min(position, (await endOfView(context, view)) ?? position);
  const { events, log, states } = context.storage;
  const { event: newest, move } = await log.lastStateRows(view.room.nid, 0, end);
  if (move !== undefined && move.position > (newest?.position ?? 0)) {
    const entries = await states.entriesOf(move.after);
    return events.getAll(entries.map((entry) => entry.eventNid));
  }
  const event = newest === undefined ? undefined : await events.get(newest.nid);
  return event === undefined ? [] : stateAfter(context, event);
}
