import pg from 'pg';

interface TimelineRow {
  readonly nid: string;
  readonly event_id: string;
  readonly json: string;
}

interface TimelineEvent {
  readonly type: string;
  readonly depth: number;
  readonly prev_events: readonly string[];
  readonly content: { readonly body?: string };
}

/**
 * Compares a room on the disk with what was acknowledged.
 *
 * @param sent the event's ID by the message's text.
 * @throws an error that names what is lost, there twice, or out of order.
 */
export async function checkRoom(
  url: string,
  roomId: string,
  sent: ReadonlyMap<string, string>,
): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<TimelineRow>(
      `SELECT events.nid, events.event_id, events.json FROM log JOIN events ON events.nid = log.ref
       JOIN rooms ON rooms.nid = log.room_nid WHERE rooms.room_id = $1 AND log.kind = 1 ORDER BY log.position`,
      [roomId],
    );
    checkMessages(rows, sent);
    checkOrder(rows);
    const room = await client.query<{ extremities: string; version: string }>(
      'SELECT extremities, version FROM rooms WHERE room_id = $1',
      [roomId],
    );
    const expected = { extremities: `[${rows.at(-1)?.nid}]`, version: String(rows.length) };
    if (JSON.stringify(room.rows[0]) !== JSON.stringify(expected)) {
      throw new Error(`the head is ${JSON.stringify(room.rows[0])}, not ${JSON.stringify(expected)}`);
    }
  } finally {
    await client.end();
  }
}

function checkMessages(rows: readonly TimelineRow[], sent: ReadonlyMap<string, string>): void {
  const found = new Map<string, string>();
  for (const { event_id: id, json } of rows) {
    const { type, content } = JSON.parse(json) as TimelineEvent;
    if (type !== 'm.room.message') continue;
    const text = content.body ?? '';
    if (found.has(text)) throw new Error(`"${text}" is there twice`);
    if (sent.get(text) !== id)
      throw new Error(`"${text}" was acknowledged as ${sent.get(text)}, and is ${id}`);
    found.set(text, id);
  }
  for (const text of sent.keys()) if (!found.has(text)) throw new Error(`"${text}" is lost`);
}

/** Whoever sends follows what was sent before: there is one line of events. */
function checkOrder(rows: readonly TimelineRow[]): void {
  let previous: { id: string; depth: number } | undefined;
  for (const { event_id: id, json } of rows) {
    const { depth, prev_events: follows } = JSON.parse(json) as TimelineEvent;
    const isNext = previous === undefined || (follows.join() === previous.id && depth === previous.depth + 1);
    if (!isNext) throw new Error(`${id} follows ${follows.join()}, and came after ${previous?.id}`);
    previous = { id, depth };
  }
}
