import type { FindableUser, UserDirectory } from '../../accounts/index.ts';
import { MatrixError } from '../../protocol/errors.ts';
import { domainOf } from '../../protocol/identifiers.ts';
import { EventStatus, LogKind, type LogRow, type StoredEvent, UnitOfWork } from '../../storage/index.ts';
import { leaveRoom } from '../commands/leave.ts';
import type { RoomsContext } from '../context.ts';
import { allowsGuests } from '../queries/guest-access.ts';
import { isWorldReadable } from '../queries/history-visibility.ts';
import type { Room } from '../room.ts';

/** Types of state on which it depends who finds the members, and whether guests may stay. */
const RULES = ['m.room.join_rules', 'm.room.history_visibility', 'm.room.guest_access'];
const MEMBERS_AT_ONCE = 1_000;

/**
 * Keeps the user directory up to what happens in rooms: the names of users of other servers, and which rooms are open.
 * Guests leave rooms that no longer allow them. For a reader of the log.
 */
export async function followPeople(
  context: RoomsContext,
  directory: UserDirectory,
  rows: readonly LogRow[],
  unit: UnitOfWork,
): Promise<void> {
  const nids = rows.flatMap(({ kind, ref }) => (kind === LogKind.Event && ref !== undefined ? [ref] : []));
  const events = (await context.storage.events.getAll(nids)).filter(
    ({ status }) => status === EventStatus.Accepted,
  );
  const rulesChanged = new Set(
    rows.flatMap(({ kind, room }) => (kind === LogKind.StateMove ? (room ?? []) : [])),
  );
  const joinedFromHere = new Set<number>();
  const remote = new Map<string, StoredEvent>();
  for (const event of events) {
    const { type, state_key: key, content } = event.pdu;
    if (key === '' && RULES.includes(type)) rulesChanged.add(event.roomNid);
    if (type !== 'm.room.member' || key === undefined || content.membership !== 'join') continue;
    if (domainOf(key) === context.serverName) joinedFromHere.add(event.roomNid);
    else remote.set(key, event);
  }
  for (const roomNid of joinedFromHere) await indexMembers(context, directory, roomNid);
  directory.set(unit, await namesIn(context, [...remote.values()]));
  for (const roomNid of rulesChanged) {
    const room = await context.registry.byNid(roomNid);
    if (room === undefined) continue;
    context.storage.rooms.setOpen(unit, roomNid, isOpen(room));
    if (!allowsGuests(room)) await removeGuests(context, room);
  }
}

/**
 * Lets the members of a room be found who came with its state and not by themselves: those of a room of another server
 * that somebody here has just joined. There may be very many, so they are not written at once.
 */
async function indexMembers(context: RoomsContext, directory: UserDirectory, roomNid: number): Promise<void> {
  const { userDirectory, events, database } = context.storage;
  for (;;) {
    const missing = await userDirectory.missingMembers(roomNid, MEMBERS_AT_ONCE);
    if (missing.length === 0) return;
    const unit = new UnitOfWork();
    const members = await events.getAll(missing.map(({ eventNid }) => eventNid));
    directory.set(unit, await namesIn(context, members));
    await database.commit(unit);
    if (missing.length < MEMBERS_AT_ONCE || members.length === 0) return;
  }
}

function isOpen(room: Room): boolean {
  return room.content('m.room.join_rules')?.join_rule === 'public' || isWorldReadable(room);
}

/** What users call themselves in member events. */
async function namesIn(
  { storage }: RoomsContext,
  memberEvents: readonly StoredEvent[],
): Promise<FindableUser[]> {
  const userNids = await storage.strings.internAll(memberEvents.map(({ pdu }) => pdu.state_key ?? ''));
  return memberEvents.map(({ pdu, redactedBy }) => {
    const userId = pdu.state_key ?? '';
    const { displayname: name, avatar_url: avatar } = redactedBy === null ? pdu.content : {};
    return {
      userNid: userNids.get(userId) ?? 0,
      userId,
      displayName: typeof name === 'string' ? name : undefined,
      avatarUrl: typeof avatar === 'string' ? avatar : undefined,
    };
  });
}

async function removeGuests(context: RoomsContext, room: Room): Promise<void> {
  for (const guest of await context.storage.users.guestsAmong([...room.localJoined])) {
    try {
      await leaveRoom(context, { roomId: room.roomId, sender: guest }, 'This room no longer allows guests');
    } catch (error) {
      if (!(error instanceof MatrixError)) throw error;
      context.logger.warn('a guest stays in a room', { room: room.roomId, guest, error });
    }
  }
}
