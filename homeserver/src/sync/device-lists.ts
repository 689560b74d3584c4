import type { Room, Viewer } from '../rooms/index.ts';
import { stateKeyOf } from '../rooms/index.ts';
import { LogKind, type LogRow, type StoredEvent } from '../storage/index.ts';
import type { Memberships } from './affected-rooms.ts';
import type { SyncContext } from './frame.ts';

/** Users whose keys a client has to look at anew, and those that it need not follow any more. */
export interface DeviceListChanges {
  readonly changed: string[];
  readonly left: string[];
}

/** A stretch of the log. */
export interface Stretch {
  /** The position before it. */
  readonly after: number;
  /** The last position that belongs to it. */
  readonly until: number;
}

const NO_CHANGES: DeviceListChanges = { changed: [], left: [] };
const ENCRYPTION = stateKeyOf('m.room.encryption', '');

/**
 * Whose keys a viewer has to look at anew: users with whom they share a room and whose devices or cross-signing keys
 * changed, users whose keys the viewer has signed from another device, and users with whom they share an encrypted
 * room only now. `left` are those with whom they share none any more.
 *
 * Source: Client-Server API v1.19, "Tracking the device list for a user", `GET /keys/changes`.
 * @param memberships of the viewer, all of them.
 */
export async function deviceListChanges(
  context: SyncContext,
  viewer: Pick<Viewer, 'userId' | 'userNid'>,
  stretch: Stretch,
  memberships: Memberships,
): Promise<DeviceListChanges> {
  const rows = context.notifier.rowsAfter(stretch.after);
  const news =
    rows === undefined
      ? await readNews(context, viewer.userNid, stretch, memberships)
      : newsIn(context, viewer.userNid, rows, stretch.until, memberships);
  if (news.users.size === 0 && news.moves.length === 0 && news.encrypted.size === 0) return NO_CHANGES;
  const changed = new Set(await sharingAnyRoom(context, viewer.userNid, news.users));
  const parted = new Set<string>();
  const meetings = new Meetings(viewer, memberships, changed, parted);
  for (const roomNid of news.encrypted) meetings.roomIsNew(await context.rooms.registry.byNid(roomNid));
  await meetings.follow(context, news.moves);
  const left = await sharingNoEncryptedRoom(context, memberships, parted);
  for (const userId of left) changed.delete(userId);
  return { changed: [...changed], left };
}

/** A membership that may be another one since. */
interface Move {
  readonly roomNid: number;
  readonly userNid: number;
  /** The event that changed it, if one did. */
  readonly eventNid: number | undefined;
}

interface News {
  /** Users whose keys changed. */
  readonly users: Set<number>;
  readonly moves: Move[];
  /** Rooms of the viewer that became encrypted. */
  readonly encrypted: Set<number>;
}

/** What the newest rows tell, which are in memory. */
function newsIn(
  { rooms: { registry } }: SyncContext,
  viewerNid: number,
  rows: readonly LogRow[],
  until: number,
  memberships: Memberships,
): News {
  const news: News = { users: new Set(), moves: [], encrypted: new Set() };
  for (const { kind, room, user, ref, position } of rows) {
    if (position > until) break;
    if (kind === LogKind.DeviceList && user !== undefined) addUser(news, viewerNid, user, ref);
    if (room === undefined || !memberships.has(room)) continue;
    const isEvent = kind === LogKind.Event;
    if (user !== undefined && (isEvent || kind === LogKind.StateMove)) {
      news.moves.push({ roomNid: room, userNid: user, eventNid: isEvent ? ref : undefined });
    } else if (isEvent && registry.loaded(room)?.state.get(ENCRYPTION)?.nid === ref) {
      news.encrypted.add(room);
    }
  }
  return news;
}

/** As `newsIn`, from the log, after a long absence. */
async function readNews(
  { rooms: { storage, registry } }: SyncContext,
  viewerNid: number,
  { after, until }: Stretch,
  memberships: Memberships,
): Promise<News> {
  const news: News = { users: new Set(), moves: [], encrypted: new Set() };
  const { deviceLists, log } = storage;
  for (const change of await deviceLists.changes(after, until)) {
    addUser(news, viewerNid, change.userNid, change.signedNid ?? undefined);
  }
  for (const row of await deviceLists.memberships([...memberships.keys()], after, until)) {
    const eventNid = row.kind === LogKind.Event ? (row.eventNid ?? undefined) : undefined;
    news.moves.push({ ...row, eventNid });
  }
  const roomsByEvent = new Map<number, number>();
  for (const [roomNid, newest] of await log.newestOfRooms([...memberships.keys()])) {
    const room = newest > after ? await registry.byNid(roomNid) : undefined;
    const encryption = room?.state.get(ENCRYPTION);
    if (encryption !== undefined) roomsByEvent.set(encryption.nid, roomNid);
  }
  for (const [nid, position] of await log.positionsOf([...roomsByEvent.keys()])) {
    if (position > after && position <= until) news.encrypted.add(roomsByEvent.get(nid) ?? 0);
  }
  return news;
}

function addUser({ users }: News, viewerNid: number, userNid: number, signedNid: number | undefined): void {
  if (signedNid === undefined) users.add(userNid);
  else if (userNid === viewerNid) users.add(signedNid);
}

/** Follows who comes together with the viewer in encrypted rooms, and who parts. */
class Meetings {
  readonly #viewer: Pick<Viewer, 'userId' | 'userNid'>;
  readonly #memberships: Memberships;
  readonly #met: Set<string>;
  readonly #parted: Set<string>;

  constructor(
    viewer: Pick<Viewer, 'userId' | 'userNid'>,
    memberships: Memberships,
    met: Set<string>,
    parted: Set<string>,
  ) {
    this.#viewer = viewer;
    this.#memberships = memberships;
    this.#met = met;
    this.#parted = parted;
  }

  /** The viewer shares a room with all who are in it, which was nothing to them before. */
  roomIsNew(room: Room | undefined): void {
    if (room !== undefined && this.#isIn(room)) this.#addMembers(room, this.#met);
  }

  async follow({ rooms: { registry, storage } }: SyncContext, moves: readonly Move[]): Promise<void> {
    const nids = moves.flatMap(({ eventNid }) => eventNid ?? []);
    const events = new Map((await storage.events.getAll(nids)).map((event) => [event.nid, event]));
    const replaced = [...events.values()].flatMap(({ replacesNid }) => replacesNid ?? []);
    const before = new Map((await storage.events.getAll(replaced)).map((event) => [event.nid, event]));
    for (const { roomNid, userNid, eventNid } of moves) {
      const room = await registry.byNid(roomNid);
      if (room === undefined || !isEncrypted(room)) continue;
      const event = events.get(eventNid ?? 0);
      const joinedBefore = event && isJoin(before.get(event.replacesNid ?? 0));
      // The name or the picture of a member: most events of members are no more than that.
      if (event !== undefined && joinedBefore === isJoin(event)) continue;
      const userId = event?.pdu.state_key ?? (await storage.strings.valueOf(userNid));
      this.#moved(room, userId);
    }
  }

  #moved(room: Room, userId: string): void {
    const isOwn = userId === this.#viewer.userId;
    if (isOwn) this.#addMembers(room, this.#isIn(room) ? this.#met : this.#parted);
    else if (!this.#isIn(room)) return;
    else if (room.membershipOf(userId) === 'join') this.#met.add(userId);
    else this.#parted.add(userId);
  }

  #isIn(room: Room): boolean {
    return this.#memberships.get(room.nid)?.membership === 'join';
  }

  #addMembers(room: Room, users: Set<string>): void {
    for (const [userId, { membership }] of room.members) {
      if (membership === 'join' && userId !== this.#viewer.userId) users.add(userId);
    }
  }
}

function isJoin(event: StoredEvent | undefined): boolean {
  return event?.pdu.content.membership === 'join';
}

function isEncrypted(room: Room): boolean {
  return room.state.has(ENCRYPTION);
}

/** The viewer, and those users with whom they share a room. */
async function sharingAnyRoom(
  { rooms: { storage, userRooms } }: SyncContext,
  viewerNid: number,
  userNids: ReadonlySet<number>,
): Promise<string[]> {
  const sharing: number[] = [];
  for (const userNid of userNids) {
    if (userNid === viewerNid || (await userRooms.share(viewerNid, userNid))) sharing.push(userNid);
  }
  return [...(await storage.strings.valuesOf(sharing)).values()];
}

/** Those of some users who are in no encrypted room of the viewer. */
async function sharingNoEncryptedRoom(
  { rooms: { registry } }: SyncContext,
  memberships: Memberships,
  userIds: ReadonlySet<string>,
): Promise<string[]> {
  const parted = new Set(userIds);
  for (const { roomNid, membership } of memberships.values()) {
    if (parted.size === 0) break;
    const room = membership === 'join' ? await registry.byNid(roomNid) : undefined;
    if (room === undefined || !isEncrypted(room)) continue;
    for (const userId of parted) if (room.membershipOf(userId) === 'join') parted.delete(userId);
  }
  return [...parted];
}
