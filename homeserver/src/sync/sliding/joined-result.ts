import { countedMembers, type Room, stateKeyOf } from '../../rooms/index.ts';
import type { StoredEvent } from '../../storage/index.ts';
import { addState } from '../room-state.ts';
import { heroesOf } from '../room-summary.ts';
import { keyOf } from '../state-history.ts';
import { readRecent, type Timeline, type TimelineRange } from '../timeline.ts';
import type { SentRoom } from './connections.ts';
import type { Hero, RoomResult } from './room-result.ts';
import type { SlidingContext, SlidingFrame } from './sliding-frame.ts';
import { countLive, frameFor, presentPart, type RoomToTell, type ToldRoom } from './told-room.ts';

const MEMBER = 'm.room.member';
const NAME = stateKeyOf('m.room.name', '');
const AVATAR = stateKeyOf('m.room.avatar', '');
/** Of one room; above it all are sent once more, which does no harm. */
const REMEMBERED_MEMBERS = 300;

/** The part of a room that is new to the client. */
interface News {
  readonly timeline: Timeline;
  /** State by `keyOf`: what has changed, or all of it for a room that is new. */
  readonly changed: ReadonlyMap<string, StoredEvent>;
  /** All of the state, if what the client wants of the room has grown. */
  readonly full: readonly StoredEvent[];
}

/** What there is to tell of a room that the viewer is in. */
export async function tellJoinedRoom(
  context: SlidingContext,
  frame: SlidingFrame,
  told: RoomToTell,
): Promise<ToldRoom> {
  const { room, wanted, changes, isDirect } = told;
  // Somebody who has come in begins anew: so far they had nothing but what strangers are told.
  const sent = told.sent?.membership === 'join' ? told.sent : undefined;
  const { timelineLimit, requiredState } = wanted.config;
  const news = await readNews(context, frame, { ...told, sent });
  const { timeline, changed } = news;
  const state = selectState(told, sent, news);
  const { state: shown, members } = withLazyMembers(told, sent, news, state);
  const readFrame = frameFor(frame, timelineLimit, { after: 0, lazyMembers: true });
  const part = await presentPart(context, readFrame, room, timeline, shown);
  const mayHaveOthers = sent === undefined || sent.upTo !== undefined || changes.membersChanged;
  const hasRead = changes.receipts.some(({ user }) => user === frame.viewer.userNid);
  const mayCountAnew =
    sent === undefined || sent.upTo !== undefined || hasRead || changes.events?.length !== 0;
  const unread = mayCountAnew
    ? (await context.unread.of(frame.viewer, room, frame.until.position)).main
    : sent.unread;
  const bumpStamp = await context.activity.bumpOf(room, frame.until.position);
  const isCountNew =
    sent === undefined ||
    sent.unread.notifications !== unread.notifications ||
    sent.unread.highlights !== unread.highlights;
  const isExpanded = sent !== undefined && timelineLimit > sent.timelineLimit;
  const result: RoomResult = {
    ...part,
    ...describe(changed, sent === undefined),
    ...(mayHaveOthers ? countMembers(context, room) : {}),
    ...(mayHaveOthers || changed.has(NAME) ? await heroesIn(context, frame, room) : {}),
    ...(sent === undefined ? { initial: true, membership: 'join' } : {}),
    ...(isExpanded ? { isExpanded } : {}),
    ...(timeline.events.length === 0 ? {} : { live: await countLive(context, frame, timeline.events) }),
    ...(isCountNew ? { notificationCount: unread.notifications, highlightCount: unread.highlights } : {}),
    ...(isDirect === (sent?.isDirect ?? false) ? {} : { isDirect }),
    ...(bumpStamp === sent?.bumpStamp ? {} : { bumpStamp }),
  };
  const hasGap = timeline.limited && !isExpanded;
  return {
    result: Object.keys(result).length === 0 ? undefined : result,
    events: timeline.events,
    sent: {
      roomId: room.roomId,
      upTo: undefined,
      membership: 'join',
      timelineLimit: hasGap ? timelineLimit : Math.max(timelineLimit, sent?.timelineLimit ?? 0),
      requiredState,
      isDirect,
      bumpStamp,
      unread,
      members,
    },
  };
}

async function readNews(
  context: SlidingContext,
  frame: SlidingFrame,
  { room, wanted, sent, changes }: RoomToTell,
): Promise<News> {
  const { timelineLimit, requiredState } = wanted.config;
  const until = frame.until.position;
  const all: TimelineRange = { room, after: 0, until, events: undefined, stateMoves: [], seesAll: false };
  const after = sent === undefined ? 0 : (sent.upTo ?? frame.since?.position ?? 0);
  const isAtHand = sent !== undefined && sent.upTo === undefined && changes.events !== undefined;
  const range: TimelineRange = isAtHand
    ? {
        ...all,
        after,
        events: changes.events,
        stateMoves: changes.stateMoves,
        seesAll: changes.ownMemberships.length === 0,
      }
    : { ...all, after };
  const isExpanded = sent !== undefined && timelineLimit > sent.timelineLimit;
  const readFrame = frameFor(frame, timelineLimit, { after, lazyMembers: !requiredState.wantsEveryMember });
  const timeline = await readRecent(context, readFrame, isExpanded ? all : range);
  const members = [...requiredState.members, ...targetsIn(timeline)];
  const wantsMore = isExpanded || (sent !== undefined && requiredState.exceeds(sent.requiredState));
  const diff = await addState(context, readFrame, {
    range,
    timeline,
    isFull: sent === undefined,
    members: sent === undefined ? members : targetsIn(timeline),
  });
  const full = wantsMore
    ? (await addState(context, readFrame, { range: all, timeline, isFull: true, members })).state
    : [];
  return { timeline, changed: new Map(diff.state.map((event) => [keyOf(event), event])), full };
}

/** The state that the client wants, and that is news to it. */
function selectState(
  { wanted }: RoomToTell,
  sent: SentRoom | undefined,
  { changed, full }: News,
): Map<string, StoredEvent> {
  const { requiredState } = wanted.config;
  const selected = new Map<string, StoredEvent>();
  for (const event of full) {
    const { type, state_key: stateKey = '' } = event.pdu;
    const isNew = requiredState.wants(type, stateKey) && sent?.requiredState.wants(type, stateKey) !== true;
    if (isNew) selected.set(keyOf(event), event);
  }
  for (const [key, event] of changed) {
    const { type, state_key: stateKey = '' } = event.pdu;
    if (requiredState.wants(type, stateKey)) selected.set(key, event);
  }
  return selected;
}

/**
 * Adds the members that go with the timeline: those who speak or are spoken of in it, and without a gap all that have
 * changed. After a gap clients forget whom they know.
 *
 * Source: MSC4186, "Lazy loaded memberships".
 */
function withLazyMembers(
  { wanted }: RoomToTell,
  sent: SentRoom | undefined,
  { timeline, changed, full }: News,
  state: Map<string, StoredEvent>,
): { state: StoredEvent[]; members: ReadonlyMap<string, number> } {
  if (!wanted.config.requiredState.lazyMembers) return { state: [...state.values()], members: NOBODY };
  const known = timeline.limited || sent === undefined ? NOBODY : sent.members;
  const needed = new Set([...timeline.events.map(({ pdu }) => pdu.sender), ...targetsIn(timeline)]);
  const tellsAll = sent !== undefined && !timeline.limited;
  const isChange = new Set(changed.values());
  for (const event of [...full, ...changed.values()]) {
    const { type, state_key: userId = '' } = event.pdu;
    if (type !== MEMBER || known.get(userId) === event.nid) continue;
    if (needed.has(userId) || (tellsAll && isChange.has(event))) state.set(keyOf(event), event);
  }
  const members = new Map(known.size < REMEMBERED_MEMBERS ? known : NOBODY);
  for (const { nid, pdu } of state.values()) if (pdu.type === MEMBER) members.set(pdu.state_key ?? '', nid);
  return { state: [...state.values()], members };
}

const NOBODY: ReadonlyMap<string, number> = new Map();

function targetsIn({ events }: Timeline): string[] {
  return events.flatMap(({ pdu }) => (pdu.type === MEMBER ? (pdu.state_key ?? []) : []));
}

/** Name and picture, as far as they have changed. */
function describe(changed: ReadonlyMap<string, StoredEvent>, isInitial: boolean): RoomResult {
  const name = textIn(changed.get(NAME), 'name');
  const avatar = textIn(changed.get(AVATAR), 'url');
  return {
    ...(name === undefined || (isInitial && name === null) ? {} : { name }),
    ...(avatar === undefined || (isInitial && avatar === null) ? {} : { avatar }),
  };
}

function countMembers(context: SlidingContext, room: Room): RoomResult {
  const { joined, invited } = countedMembers(context.rooms, room);
  return { joinedCount: joined, invitedCount: invited };
}

/** Undefined where the state is not among those that have changed, null where it says nothing. */
function textIn(event: StoredEvent | undefined, field: string): string | null | undefined {
  if (event === undefined) return undefined;
  const value = event.pdu.content[field];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** After whom a room without a name is named. */
async function heroesIn(
  { rooms: { storage } }: SlidingContext,
  { viewer }: SlidingFrame,
  room: Room,
): Promise<{ heroes?: Hero[] }> {
  if (room.content('m.room.name')?.name) return {};
  const nids = heroesOf(room, viewer).flatMap((userId) => room.members.get(userId)?.eventNid ?? []);
  const heroes = (await storage.events.getAll(nids)).map(({ pdu }) => ({
    userId: pdu.state_key ?? '',
    displayName: typeof pdu.content.displayname === 'string' ? pdu.content.displayname : undefined,
    avatarUrl: typeof pdu.content.avatar_url === 'string' ? pdu.content.avatar_url : undefined,
  }));
  return { heroes };
}
