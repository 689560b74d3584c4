import type { Session } from '../../src/storage/database/session.ts';
import { defineQuery } from '../../src/storage/database/sql.ts';
import { type Deed, type Ledger, marksIn } from './ledger.ts';

interface StoredRow {
  readonly nid: number;
  readonly eventId: string;
  readonly roomId: string;
  readonly status: number;
  readonly position: number | null;
  readonly redactedBy: number | null;
  readonly json: string;
}

const allEvents = defineQuery<[], StoredRow>(
  `SELECT events.nid, event_id AS "eventId", room_id AS "roomId", status, position, redacted_by AS "redactedBy", json
   FROM events JOIN rooms ON rooms.nid = events.room_nid LEFT JOIN log ON kind = 1 AND ref = events.nid`,
);

/** What every room has from the moment it is there. */
const COMPLETE_ROOM = ['m.room.create', 'm.room.member', 'm.room.power_levels', 'm.room.join_rules'];

/**
 * Compares what servers acknowledged with what is stored.
 *
 * @returns in words, what is lost, there twice, or half there.
 */
export async function contradictLedger(ledger: Ledger, database: Pick<Session, 'all'>): Promise<string[]> {
  const rows = await database.all(allEvents, []);
  const byId = new Map(rows.map((row) => [row.eventId, row]));
  const byMark = new Map<string, StoredRow[]>();
  for (const row of rows) {
    for (const mark of marksIn(row.json)) byMark.set(mark, [...(byMark.get(mark) ?? []), row]);
  }
  const faults: string[] = [];
  for (const deed of ledger.deeds)
    faults.push(...faultsOfDeed(ledger, deed, byMark.get(deed.mark) ?? [], byId));
  for (const [eventId, { roomId, outcome }] of ledger.received) {
    const row = byId.get(eventId);
    const isThere = row !== undefined && (outcome !== 'accepted' || row.position !== null);
    if (outcome !== undefined && !isThere && !ledger.mayBeGone(roomId))
      faults.push(`${eventId} was received as ${outcome}, and is lost`);
  }
  return [...faults, ...incompleteRooms(rows), ...lostUpgrades(ledger, rows)];
}

function faultsOfDeed(
  ledger: Ledger,
  deed: Deed,
  rows: readonly StoredRow[],
  byId: ReadonlyMap<string, StoredRow>,
): string[] {
  const { mark, kind, roomId, state, eventId, redacts } = deed;
  const what = `${kind} ${mark}`;
  // An upgrade copies what was set in the room before.
  const own = rows.filter((row) => roomId === undefined || row.roomId === roomId);
  const faults: string[] = [];
  if (roomId !== undefined && own.length > 1) faults.push(`${what} is there ${own.length} times`);
  if (state === 'refused' && own.length > 0) faults.push(`${what} was refused, and is there`);
  if (state !== 'acknowledged' || ledger.mayBeGone(roomId)) return faults;
  const event = eventId === undefined ? own[0] : byId.get(eventId);
  if (event === undefined) faults.push(`${what} was acknowledged as ${eventId ?? roomId}, and is lost`);
  else if (event.position === null) faults.push(`${what} was acknowledged, and is not in the log`);
  // Who is asked to be what they are already stays so by the event of before.
  if (kind !== 'member' && own.length === 0) faults.push(`${what} was acknowledged, and its content is lost`);
  if (redacts !== undefined && byId.get(redacts)?.redactedBy !== event?.nid) {
    faults.push(`${what} was acknowledged, and ${redacts} is not redacted by it`);
  }
  return faults;
}

function incompleteRooms(rows: readonly StoredRow[]): string[] {
  const types = new Map<string, Set<string>>();
  for (const { roomId, json } of rows) {
    const { type } = JSON.parse(json) as { type: string };
    types.set(roomId, (types.get(roomId) ?? new Set()).add(type));
  }
  return [...types].flatMap(([roomId, there]) => {
    const missing = COMPLETE_ROOM.filter((type) => !there.has(type));
    return missing.length === 0 ? [] : `${roomId} has no ${missing.join(', no ')}`;
  });
}

function lostUpgrades(ledger: Ledger, rows: readonly StoredRow[]): string[] {
  const tombstones = new Map<string, unknown>();
  for (const { roomId, json } of rows) {
    const { type, content } = JSON.parse(json) as { type: string; content: { replacement_room?: unknown } };
    if (type === 'm.room.tombstone') tombstones.set(roomId, content.replacement_room);
  }
  return [...ledger.upgraded].flatMap(([roomId, replacement]) =>
    ledger.mayBeGone(roomId) || tombstones.get(roomId) === replacement
      ? []
      : `${roomId} was replaced by ${replacement}, and does not say so`,
  );
}
