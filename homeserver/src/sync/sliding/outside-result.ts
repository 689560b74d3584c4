import { departureOf, strippedEvent } from '../../rooms/index.ts';
import type { StoredEvent } from '../../storage/index.ts';
import { strippedRooms } from '../invited-room.ts';
import { addState } from '../room-state.ts';
import { readRecent, type TimelineRange } from '../timeline.ts';
import type { RoomResult } from './room-result.ts';
import type { SlidingContext, SlidingFrame } from './sliding-frame.ts';
import { countLive, frameFor, presentPart, type RoomToTell, type ToldRoom } from './told-room.ts';

const NOTHING_UNREAD = { notifications: 0, highlights: 0 };

/**
 * What there is to tell of a room that the viewer is not in: the stripped state of one that they are invited to or
 * knock on; what they saw of one that they have left, and nothing after that.
 */
export async function tellRoomFromOutside(
  context: SlidingContext,
  frame: SlidingFrame,
  told: RoomToTell,
): Promise<ToldRoom | undefined> {
  const { room, wanted, sent, changes, isDirect } = told;
  const { membership } = wanted.mine;
  const isNews = sent?.membership !== membership || changes.ownMemberships.length > 0;
  const isPast = membership === 'leave' || membership === 'ban';
  const { events, result } = !isNews
    ? NOTHING
    : await (isPast ? tellLeftRoom(context, frame, told) : tellStrippedRoom(context, frame, told));
  const hasDirectChanged = isDirect !== (sent?.isDirect ?? false);
  if (result === undefined && !hasDirectChanged) return undefined;
  const bumpStamp = wanted.position;
  return {
    result: {
      ...result,
      ...(result === undefined ? {} : { membership }),
      ...(hasDirectChanged ? { isDirect } : {}),
      ...(bumpStamp === sent?.bumpStamp ? {} : { bumpStamp }),
    },
    events,
    sent: {
      roomId: room.roomId,
      upTo: undefined,
      membership,
      timelineLimit: wanted.config.timelineLimit,
      requiredState: wanted.config.requiredState,
      isDirect,
      bumpStamp,
      unread: NOTHING_UNREAD,
      members: new Map(),
    },
  };
}

interface Told {
  readonly events: readonly StoredEvent[];
  readonly result: RoomResult | undefined;
}

const NOTHING: Told = { events: [], result: undefined };

async function tellStrippedRoom(
  context: SlidingContext,
  frame: SlidingFrame,
  { room, wanted }: RoomToTell,
): Promise<Told> {
  const readFrame = frameFor(frame, wanted.config.timelineLimit, { after: 0, lazyMembers: true });
  const found = await strippedRooms(context, readFrame, [room]);
  const strippedState = found[room.roomId]?.events;
  return strippedState === undefined ? NOTHING : { events: [], result: { initial: true, strippedState } };
}

async function tellLeftRoom(
  context: SlidingContext,
  frame: SlidingFrame,
  { room, wanted, sent }: RoomToTell,
): Promise<Told> {
  const { log, events: stored } = context.rooms.storage;
  const newest = await stored.get(wanted.mine.eventNid);
  if (newest === undefined) return NOTHING;
  const departure = await departureOf(context.rooms, room, frame.viewer.userId);
  const until = departure && (await log.positionOfMembership(departure.nid, room.nid, frame.viewer.userNid));
  const { timelineLimit, requiredState } = wanted.config;
  const wasIn = sent?.membership === 'join';
  const after = wasIn ? (sent.upTo ?? frame.since?.position ?? 0) : 0;
  const readFrame = frameFor(frame, timelineLimit, { after, lazyMembers: true });
  if (departure === undefined || until === undefined) {
    // They were never in, and hear of nothing but that they will not be.
    const alone = { events: [newest], limited: false, start: wanted.position };
    const part = await presentPart(context, readFrame, room, alone, []);
    return {
      events: [newest],
      result: { ...part, initial: true, strippedState: [strippedEvent(room, newest)] },
    };
  }
  const range: TimelineRange = { room, after, until, events: undefined, stateMoves: [], seesAll: false };
  const recent = await readRecent(context, readFrame, range);
  const members = [...requiredState.members, frame.viewer.userId];
  const { state } = await addState(context, readFrame, { range, timeline: recent, isFull: !wasIn, members });
  const isLast = recent.events.some(({ nid }) => nid === newest.nid);
  const timeline = isLast ? recent : { ...recent, events: [...recent.events, newest] };
  const shown = state.filter(({ pdu }) => requiredState.wants(pdu.type, pdu.state_key ?? ''));
  const part = await presentPart(context, readFrame, room, timeline, shown);
  return {
    events: timeline.events,
    result: {
      ...part,
      ...(wasIn ? {} : { initial: true }),
      live: await countLive(context, frame, timeline.events),
    },
  };
}
