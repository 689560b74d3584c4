import type { JsonObject } from '../protocol/canonical-json.ts';
import { filterRelated, passesFilter, presentEvents, type Room } from '../rooms/index.ts';
import type { StoredEvent } from '../storage/index.ts';
import type { Frame, SyncContext } from './frame.ts';
import { changesName } from './joined-room.ts';
import { membersAt, stateBefore } from './state-history.ts';
import type { SyncFilter } from './sync-filter.ts';
import { withoutRoom } from './timeline.ts';

/** Messages that look the same to everybody who was joined when they were sent, and sent none of them. */
export interface PlainMessages {
  /** As clients with some filter get them. */
  readonly shown: JsonObject[];
  /** Who sent them, for clients that load members lazily; without `shown`, the filter wants no such state. */
  readonly senders: readonly { readonly member: StoredEvent; readonly shown: JsonObject | undefined }[];
}

/** So much older than told may events be. */
const COUNTS_FOR_MS = 50;

/** Makes messages ready once for all who hear of them at the same time. */
export class PlainMessagesCache {
  readonly #made = new Map<SyncFilter, Map<string, Promise<PlainMessages | undefined>>>();
  #position = 0;
  #endTs = 0;

  /**
   * The messages as they look to a viewer, and to all who are like that one; undefined if they are not plain.
   *
   * @param frame of somebody who was joined when they were sent, and sent none of them.
   * @param events of one room, oldest first.
   */
  of(
    context: SyncContext,
    frame: Pick<Frame, 'viewer' | 'filter'>,
    room: Room,
    events: readonly StoredEvent[],
  ): Promise<PlainMessages | undefined> {
    this.#forgetOld(context);
    const ofFilter = this.#made.get(frame.filter) ?? new Map<string, Promise<PlainMessages | undefined>>();
    this.#made.set(frame.filter, ofFilter);
    const key = events.map(({ nid }) => nid).join();
    const known = ofFilter.get(key);
    if (known !== undefined) return known;
    const making = makePlain(context, frame, room, events);
    ofFilter.set(key, making);
    return making;
  }

  /** How events look changes with the log, but for their age. */
  #forgetOld({ notifier, rooms: { clock } }: SyncContext): void {
    const now = clock.now();
    if (notifier.position === this.#position && now < this.#endTs) return;
    this.#made.clear();
    this.#position = notifier.position;
    this.#endTs = now + COUNTS_FOR_MS;
  }
}

async function makePlain(
  context: SyncContext,
  { viewer, filter }: Pick<Frame, 'viewer' | 'filter'>,
  room: Room,
  events: readonly StoredEvent[],
): Promise<PlainMessages | undefined> {
  const [first] = events;
  if (first === undefined || filter.asServers || changesName(events)) return undefined;
  if (events.some((event) => !isPlain(event, first))) return undefined;
  const passing = events.filter(({ pdu }) => passesFilter(filter.timeline, room.roomId, pdu));
  const wanted = await filterRelated(context.rooms, filter.timeline, passing);
  if (wanted.length < events.length || events.length > filter.timelineLimit) return undefined;
  const members = await sendersOf(context, room, events);
  if (!(await areSeenAlike(context, [...members, ...events]))) return undefined;
  const wantedMembers = members.filter(({ pdu }) => filter.wantsState(room.roomId, pdu));
  const presented = await presentEvents(context.rooms, room, [...wantedMembers, ...events], viewer, events);
  const shown = presented.map((event) => filter.project(withoutRoom(event)));
  const byMember = new Map(wantedMembers.map(({ nid }, index) => [nid, shown[index]]));
  return {
    shown: shown.slice(wantedMembers.length),
    senders: members.map((member) => ({ member, shown: byMember.get(member.nid) })),
  };
}

/** Whether an event is a message, at the same state of the room as the first one. */
function isPlain({ pdu, snapshotNid }: StoredEvent, first: StoredEvent): boolean {
  return pdu.state_key === undefined && snapshotNid !== 0 && snapshotNid === first.snapshotNid;
}

/** The members who sent some events that were sent at the same state of the room. */
async function sendersOf(
  context: SyncContext,
  room: Room,
  events: readonly StoredEvent[],
): Promise<StoredEvent[]> {
  const [first] = events;
  if (first === undefined) return [];
  const userIds = new Set(events.map(({ pdu }) => pdu.sender));
  const found = await membersAt(context, room, stateBefore(first), userIds);
  return context.rooms.storage.events.getAll([...found.values()]);
}

/** Whether it does not matter to whom events are shown: what refers to them, and senders who are forgotten, do. */
async function areSeenAlike(
  { rooms: { storage } }: SyncContext,
  events: readonly StoredEvent[],
): Promise<boolean> {
  const erased = await storage.users.erased();
  if (events.some(({ pdu }) => erased.has(pdu.sender))) return false;
  return (await storage.relations.parentsAmong(events.map(({ eventId }) => eventId))).length === 0;
}
