import { DUMMY_EVENT, type Pdu } from '../../protocol/events.ts';
import { EventStatus, type StoredEvent } from '../../storage/index.ts';
import type { Viewer } from '../client-event.ts';
import type { RoomsContext } from '../context.ts';
import { type Room, stateKeyOf } from '../room.ts';
import { departureOf } from './departure.ts';

/** The values of `m.room.history_visibility`, the widest first. */
export const VISIBILITIES = ['world_readable', 'shared', 'invited', 'joined'] as const;
type HistoryVisibility = (typeof VISIBILITIES)[number];

/** Somebody who looks, on whichever device. */
export type Onlooker = Pick<Viewer, 'userId' | 'userNid' | 'seesAll'>;

/**
 * Whether somebody may see an event of a room.
 *
 * Source: Client-Server API v1.19, "Room history visibility", "Server behaviour".
 */
export async function canSee(
  context: RoomsContext,
  room: Room,
  event: StoredEvent,
  viewer: Onlooker,
): Promise<boolean> {
  return (await filterVisible(context, room, [event], viewer)).length === 1;
}

/**
 * Those of a room's events that somebody may see, in the order given. What counts is the room's history visibility and
 * the viewer's membership at each event; the viewer's own memberships and changes of the visibility are seen if either
 * side of the change allows it.
 *
 * Source: Client-Server API v1.19, "Room history visibility", "Server behaviour".
 */
export async function filterVisible(
  context: RoomsContext,
  room: Room,
  events: readonly StoredEvent[],
  viewer: Onlooker,
): Promise<StoredEvent[]> {
  const accepted = events.filter(
    ({ status, pdu }) => status === EventStatus.Accepted && pdu.type !== DUMMY_EVENT,
  );
  if (accepted.length === 0 || viewer.seesAll === true) return accepted;
  const isJoined = room.membershipOf(viewer.userId) === 'join';
  if (isJoined && wasAlwaysShared(room)) return accepted;
  const sight = await openSight(context, room, accepted, viewer, isJoined);
  const visible: StoredEvent[] = [];
  for (const event of accepted) if (await sight.shows(event)) visible.push(event);
  return visible;
}

/** Whether anybody at all may read what happens in the room now. */
export function isWorldReadable(room: Room): boolean {
  return visibilityIn(room.state.get(stateKeyOf('m.room.history_visibility', ''))?.pdu) === 'world_readable';
}

/**
 * Whether no event of the room ever had a visibility narrower than `shared`, which holds for nearly every room: what
 * it has now was set once, and before that the default held.
 */
export function wasAlwaysShared(room: Room): boolean {
  const current = room.state.get(stateKeyOf('m.room.history_visibility', ''));
  if (current === undefined) return true;
  const visibility = visibilityIn(current.pdu);
  return current.replacesNid === null && (visibility === 'shared' || visibility === 'world_readable');
}

/** Absent and unknown values count as `shared`. */
export function visibilityIn(pdu: Pdu | undefined): HistoryVisibility {
  return VISIBILITIES.find((known) => known === pdu?.content.history_visibility) ?? 'shared';
}

interface SightOptions {
  readonly context: RoomsContext;
  readonly viewer: Onlooker;
  /** Whether the viewer was joined at any point after the event. */
  readonly joinedAfter: (event: StoredEvent) => boolean;
  /** Whether the viewer has or had a membership. */
  readonly isKnown: boolean;
  readonly nids: ReadonlyMap<string, number>;
}

async function openSight(
  context: RoomsContext,
  room: Room,
  events: readonly StoredEvent[],
  viewer: Onlooker,
  isJoined: boolean,
): Promise<Sight> {
  const isKnown = room.membershipOf(viewer.userId) !== undefined;
  const departure = isKnown && !isJoined ? await departureOf(context, room, viewer.userId) : undefined;
  let joinedAfter = (_event: StoredEvent): boolean => isJoined;
  if (departure !== undefined) {
    const { log } = context.storage;
    const positions = await log.positionsOf(events.map((event) => event.nid));
    const left = (await log.positionOfMembership(departure.nid, room.nid, viewer.userNid)) ?? 0;
    joinedAfter = (event) => (positions.get(event.nid) ?? Number.POSITIVE_INFINITY) < left;
  }
  const nids = await context.storage.strings.findAll(['m.room.history_visibility', 'm.room.member', '']);
  return new Sight({ context, viewer, joinedAfter, isKnown, nids });
}

/** What one viewer may see of one room; remembers what it looked up, since most events share their state. */
class Sight {
  readonly #options: SightOptions;
  readonly #visibilities = new Map<number, HistoryVisibility>();
  readonly #memberships = new Map<number, unknown>();

  constructor(options: SightOptions) {
    this.#options = options;
  }

  async shows(event: StoredEvent): Promise<boolean> {
    const { pdu, snapshotNid } = event;
    const visibilities = new Set([await this.#visibilityAt(snapshotNid)]);
    if (pdu.type === 'm.room.history_visibility' && pdu.state_key === '') visibilities.add(visibilityIn(pdu));
    if (visibilities.has('world_readable')) return true;
    if (visibilities.has('shared') && this.#options.joinedAfter(event)) return true;

    const memberships = new Set([await this.#membershipAt(snapshotNid)]);
    if (pdu.type === 'm.room.member' && pdu.state_key === this.#options.viewer.userId) {
      memberships.add(pdu.content.membership);
    }
    return memberships.has('join') || (memberships.has('invite') && visibilities.has('invited'));
  }

  async #visibilityAt(snapshotNid: number): Promise<HistoryVisibility> {
    const known = this.#visibilities.get(snapshotNid);
    if (known !== undefined) return known;
    const { nids } = this.#options;
    const event = await this.#stateAt(snapshotNid, nids.get('m.room.history_visibility'), nids.get(''));
    const visibility = visibilityIn(event?.pdu);
    this.#visibilities.set(snapshotNid, visibility);
    return visibility;
  }

  async #membershipAt(snapshotNid: number): Promise<unknown> {
    if (!this.#options.isKnown) return undefined;
    if (this.#memberships.has(snapshotNid)) return this.#memberships.get(snapshotNid);
    const { nids, viewer } = this.#options;
    const event = await this.#stateAt(snapshotNid, nids.get('m.room.member'), viewer.userNid);
    const membership = event?.pdu.content.membership;
    this.#memberships.set(snapshotNid, membership);
    return membership;
  }

  async #stateAt(
    snapshotNid: number,
    typeNid: number | undefined,
    stateKeyNid: number | undefined,
  ): Promise<StoredEvent | undefined> {
    if (typeNid === undefined || stateKeyNid === undefined) return undefined;
    const { storage } = this.#options.context;
    const nid = await storage.states.entryOf(snapshotNid, typeNid, stateKeyNid);
    return nid === undefined ? undefined : storage.events.get(nid);
  }
}
