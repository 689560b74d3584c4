import type { Room } from '../../rooms/index.ts';
import type { StoredEvent } from '../../storage/index.ts';
import { isAbsentState } from '../absent-state.ts';
import type { RoomChanges } from '../changes.ts';
import type { Frame } from '../frame.ts';
import { SentMembers } from '../sent-members.ts';
import { SyncFilter } from '../sync-filter.ts';
import { presentTimeline, type Timeline } from '../timeline.ts';
import type { SentRoom } from './connections.ts';
import type { RoomResult } from './room-result.ts';
import type { SlidingContext, SlidingFrame, WantedRoom } from './sliding-frame.ts';

/** A room that may have something to tell. */
export interface RoomToTell {
  readonly room: Room;
  readonly wanted: WantedRoom;
  /** What the client has of it; undefined for a room that is new to it. */
  readonly sent: SentRoom | undefined;
  /** What has happened since the connection's last response. */
  readonly changes: RoomChanges;
  readonly isDirect: boolean;
}

/** What is told of a room, and what the client has of it then. */
export interface ToldRoom {
  /** Undefined if there is nothing to tell. */
  readonly result: RoomResult | undefined;
  readonly sent: SentRoom;
  /** The events of the timeline that is shown. */
  readonly events: readonly StoredEvent[];
}

/** The frame with which the providers of `/sync` read a part of a room. */
export function frameFor(
  { viewer, until }: SlidingFrame,
  timelineLimit: number,
  options: { readonly after: number; readonly lazyMembers: boolean },
): Frame {
  const state = { lazy_load_members: options.lazyMembers, include_redundant_members: true };
  return {
    viewer,
    filter: new SyncFilter({ room: { state, timeline: { limit: timelineLimit } } }),
    since: { position: options.after, ephemeral: 0 },
    beginsAgain: false,
    until,
    fullState: false,
    stateKey: 'state_after',
    // What a connection was sent stands in its rooms.
    sentMembers: new SentMembers({ known: new Map(), sent: undefined }),
  };
}

/** A timeline and some state in the form of a result; what is empty is left out. */
export async function presentPart(
  context: SlidingContext,
  frame: Frame,
  room: Room,
  timeline: Timeline,
  state: readonly StoredEvent[],
): Promise<RoomResult> {
  if (timeline.events.length === 0 && state.length === 0 && !timeline.limited) return {};
  const shown = await presentTimeline(context, frame, room, timeline, state);
  const { events, limited, prev_batch: prevBatch } = shown.timeline;
  const presented = shown.state_after?.events ?? [];
  const requiredState = state.flatMap((stored, index) => {
    const event = presented[index];
    return event === undefined ? [] : [{ event, isGone: isAbsentState(stored) }];
  });
  return {
    ...(requiredState.length === 0 ? {} : { requiredState }),
    ...(events.length === 0 && !limited ? {} : { timeline: events, prevBatch }),
    ...(limited ? { limited } : {}),
  };
}

/** How many of the events of a timeline came after the connection's last response. */
export async function countLive(
  { rooms: { storage } }: SlidingContext,
  { since }: SlidingFrame,
  events: readonly StoredEvent[],
): Promise<number> {
  if (since === undefined || events.length === 0) return 0;
  const positions = await storage.log.positionsOf(events.map((event) => event.nid));
  return events.filter((event) => (positions.get(event.nid) ?? 0) > since.position).length;
}
