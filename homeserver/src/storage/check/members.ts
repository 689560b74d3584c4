import { defineQuery } from '../database/sql.ts';
import { EventStatus } from '../stores/event-store.ts';
import { type Check, type CheckedDatabase, type CheckedRoom, type Report, readRooms } from './check.ts';
import { namedEvents } from './event-pages.ts';
import { StoredStates } from './stored-states.ts';

interface MemberRow {
  readonly userNid: number;
  readonly membership: string;
  readonly eventNid: number;
}

const membersOf = defineQuery<[number], MemberRow>(
  `SELECT user_nid AS "userNid", membership, event_nid AS "eventNid" FROM room_members WHERE room_nid = ?`,
);
const memberType = defineQuery<[], { nid: number }>("SELECT nid FROM strings WHERE value = 'm.room.member'");
const jsonOf = defineQuery<[number[]], { nid: number; json: string }>(
  'SELECT nid, json FROM events WHERE nid = ANY(?:bigint[])',
);

/** The members of a room are the member events of its current state, each with the membership of its event. */
export const membersAreCurrent: Check = {
  holds: 'The members of every room are those of its current state',
  async run(database, report) {
    const states = new StoredStates(database);
    const typeNid = (await database.all(memberType, []))[0]?.nid ?? 0;
    for (const room of (await readRooms(database)).values()) {
      const expected = new Map<number, number>();
      for (const [key, eventNid] of await states.read(room.snapshotNid)) {
        const [type, stateKeyNid] = key.split(',').map(Number);
        if (type === typeNid && stateKeyNid !== undefined) expected.set(stateKeyNid, eventNid);
      }
      await compareMembers(database, room, expected, report);
    }
  },
};

/** @param expected the numbers of member events by those of users. */
async function compareMembers(
  database: CheckedDatabase,
  { nid, roomId, isPartial }: CheckedRoom,
  expected: ReadonlyMap<number, number>,
  report: Report,
): Promise<void> {
  const rows = await database.all(membersOf, [nid]);
  const others = rows.filter(({ userNid, eventNid }) => expected.get(userNid) !== eventNid);
  const events = await namedEvents(
    database,
    others.map(({ eventNid }) => eventNid),
  );
  for (const { userNid, eventNid } of others) {
    const event = events.get(eventNid);
    const current = expected.get(userNid);
    // An invite to a room that this server is not in belongs to no state; in a partial one, most are yet to come.
    const isBeside = event?.status === EventStatus.Outlier && event.position !== null;
    if (isBeside || (isPartial && current === undefined)) continue;
    report(`${roomId} has user ${userNid} by event ${eventNid}, and its state by ${current ?? 'none'}`);
  }
  const memberships = await membershipsOf(database, rows);
  for (const { userNid, eventNid, membership } of rows) {
    const said = memberships.get(eventNid);
    if (said === membership) continue;
    report(`${roomId} has user ${userNid} as ${membership}, event ${eventNid} as ${said}`);
  }
  const stored = new Set(rows.map(({ userNid }) => userNid));
  for (const [userNid, eventNid] of expected) {
    if (!stored.has(userNid)) {
      report(`${roomId} lacks user ${userNid}, whom event ${eventNid} of its state has`);
    }
  }
}

const EVENTS_AT_ONCE = 1000;

async function membershipsOf(
  database: CheckedDatabase,
  members: readonly MemberRow[],
): Promise<Map<number, unknown>> {
  const memberships = new Map<number, unknown>();
  for (let at = 0; at < members.length; at += EVENTS_AT_ONCE) {
    const nids = members.slice(at, at + EVENTS_AT_ONCE).map(({ eventNid }) => eventNid);
    for (const { nid, json } of await database.all(jsonOf, [nids])) {
      memberships.set(nid, (JSON.parse(json) as { content: { membership?: unknown } }).content.membership);
    }
  }
  return memberships;
}
