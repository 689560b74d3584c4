import { MatrixError } from '../../protocol/errors.ts';
import { DUMMY_EVENT } from '../../protocol/events.ts';
import { changeRoom } from '../change-room.ts';
import type { RoomsContext } from '../context.ts';
import type { Room } from '../room.ts';
import { strongestMember } from './change-rooms.ts';

/** An event that no other follows, in Synapse's form. */
export interface ForwardExtremity {
  readonly event_id: string;
  /** The number of the state before it. */
  readonly state_group: number;
  readonly depth: number;
  /** When it was sent, in milliseconds: when it came is not kept. */
  readonly received_ts: number;
}

/** The events of a room that no other follows: more than one while branches are not merged. */
export async function forwardExtremities({ storage }: RoomsContext, room: Room): Promise<ForwardExtremity[]> {
  const events = await storage.events.getAll(room.committed.extremities.map(({ nid }) => nid));
  return events.map(({ eventId, snapshotNid, pdu }) => ({
    event_id: eventId,
    state_group: snapshotNid,
    depth: pdu.depth,
    received_ts: pdu.origin_server_ts,
  }));
}

/**
 * Leaves a room fewer forward extremities, by an event that follows them and that no client sees. Synapse forgets all but
 * one, and with them what only their branches knew of the room's state.
 *
 * @returns how many there are less.
 * @throws MatrixError 400 `M_UNKNOWN` if nobody of this server may send an event there.
 */
export async function mergeForwardExtremities(context: RoomsContext, room: Room): Promise<number> {
  const before = room.committed.extremities.length;
  if (before < 2) return 0;
  const sender = await strongestMember(context, room);
  if (sender === undefined) {
    throw new MatrixError(400, 'M_UNKNOWN', 'Nobody of this server is in the room');
  }
  await changeRoom(context, room, (chain) => chain.append({ type: DUMMY_EVENT, sender, content: {} }));
  await room.lastCommit;
  return before - room.committed.extremities.length;
}
