import { defineQuery } from '../database/sql.ts';
import { NO_EVENT } from '../stores/state-store.ts';
import { type Check, type CheckedDatabase, readRooms } from './check.ts';

const SNAPSHOTS_AT_ONCE = 1000;

const snapshotPage = defineQuery<[number, number], { nid: number; roomNid: number; blocks: string }>(
  'SELECT nid, room_nid AS "roomNid", blocks FROM state_snapshots WHERE nid > ? ORDER BY nid LIMIT ?',
);
const roomsOfBlocks = defineQuery<
  [number[]],
  { nid: number; least: number; greatest: number; newest: number }
>(
  `SELECT block_nid AS nid, coalesce(min(room_nid), 0) AS least, coalesce(max(room_nid), 0) AS greatest,
     max(event_nid) AS newest
   FROM state_blocks LEFT JOIN events ON events.nid = event_nid
   WHERE block_nid = ANY(?:bigint[]) GROUP BY block_nid`,
);
const usedSnapshots = defineQuery<[], { nid: number }>(
  'SELECT DISTINCT snapshot_nid AS nid FROM events UNION SELECT snapshot_nid FROM rooms',
);
const stateMoves = defineQuery<[], { position: number; key: string }>(
  'SELECT position, key FROM log WHERE kind = 6 AND room_nid IN (SELECT nid FROM rooms) ORDER BY position',
);
const allBlocks = defineQuery<[], { nid: number }>('SELECT DISTINCT block_nid AS nid FROM state_blocks');
const wrongEntries = defineQuery<[], { block: number; eventId: string }>(
  `SELECT block_nid AS block, event_id AS "eventId" FROM state_blocks JOIN events ON events.nid = event_nid
   WHERE state_blocks.type_nid <> events.type_nid OR events.state_key_nid IS NULL
     OR state_blocks.state_key_nid <> events.state_key_nid
   ORDER BY block_nid`,
);
const wrongRooms = defineQuery<[], { eventId: string; snapshot: number }>(
  `SELECT event_id AS "eventId", snapshot_nid AS snapshot FROM events
   JOIN state_snapshots ON state_snapshots.nid = snapshot_nid WHERE state_snapshots.room_nid <> events.room_nid
   ORDER BY events.nid`,
);

/**
 * Every snapshot names four blocks that are here and of its room, every entry stands where its event says, and no block
 * is left that no snapshot names. While a purge is at work, states that nothing uses are there without their events.
 */
export const snapshotsAreWhole: Check = {
  holds: 'Every snapshot of a state has its blocks, and every entry is the event that it says',
  async run(database, report) {
    const rooms = await readRooms(database);
    const named = new Set<number>();
    const here = new Set([0]);
    for await (const { nid, roomNid, isUsed, blocks } of snapshots(database)) {
      here.add(nid);
      const room = rooms.get(roomNid);
      const matters = room !== undefined && (isUsed || room.purgedUntil === 0);
      for (const { block, fault } of blocks) {
        if (fault !== undefined && matters) report(`snapshot ${nid} of ${room.roomId} has ${fault}`);
        named.add(block);
      }
    }
    for (const { position, key } of await database.all(stateMoves, [])) {
      const gone = key.split(' ').filter((nid) => !here.has(Number(nid)));
      for (const nid of gone) report(`row ${position} of the log names snapshot ${nid}, which is not here`);
    }
    for (const { nid } of await database.all(allBlocks, [])) {
      if (!named.has(nid)) report(`block ${nid} is named by no snapshot`);
    }
    for (const { block, eventId } of await database.all(wrongEntries, [])) {
      report(`block ${block} has ${eventId} under a type and key that it has not`);
    }
    for (const { eventId, snapshot } of await database.all(wrongRooms, [])) {
      report(`${eventId} has the state before it in snapshot ${snapshot}, which is of another room`);
    }
  },
};

interface CheckedSnapshot {
  readonly nid: number;
  readonly roomNid: number;
  /** Whether it is the state before an event, or the current one of its room. */
  readonly isUsed: boolean;
  readonly blocks: readonly { readonly block: number; readonly fault: string | undefined }[];
}

async function* snapshots(database: CheckedDatabase): AsyncGenerator<CheckedSnapshot> {
  const used = new Set((await database.all(usedSnapshots, [])).map(({ nid }) => nid));
  for (let after = 0; ; ) {
    const rows = await database.all(snapshotPage, [after, SNAPSHOTS_AT_ONCE]);
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.nid;
    const blocksOf = rows.map((row) => JSON.parse(row.blocks) as number[]);
    const found = await database.all(roomsOfBlocks, [[...new Set(blocksOf.flat())]]);
    const rooms = new Map(found.map((row) => [row.nid, row]));
    for (const [at, { nid, roomNid }] of rows.entries()) {
      const blocks = (blocksOf[at] ?? []).filter((block) => block !== 0);
      yield {
        nid,
        roomNid,
        isUsed: used.has(nid),
        blocks: blocks.map((block) => {
          const room = rooms.get(block);
          if (room === undefined) return { block, fault: `block ${block}, which is not here` };
          // A block may have nothing but entries that hide others.
          const isEmpty = room.newest === NO_EVENT;
          const isOwn = isEmpty || (room.least === roomNid && room.greatest === roomNid);
          return {
            block,
            fault: isOwn ? undefined : `block ${block}, with events that are of other rooms or not here`,
          };
        }),
      };
    }
  }
}
