import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';
import { expect } from 'chai';
import pg from 'pg';
import { type ServerProcess, startServerProcess } from '../test-kit/server-process.ts';
import { createTestDatabase, testDialect } from '../test-kit/test-database.ts';
import { registerUser, roomPath, TestUser } from '../test-kit/test-user.ts';

/** `npm run soak -- crash` runs 20. */
const ROUNDS = Number(process.env.GUILDHALL_TEST_CRASH_ROUNDS ?? 3);
const SENDERS = 16;

/** Every message that was ever sent, by its text: whether the server said that it has it. */
type Sent = Map<string, { readonly eventId: string | undefined }>;

/** Sends as fast as the server takes it, from many clients at once, until the server is gone. */
async function sendUntilKilled(user: TestUser, roomId: string, round: number, sent: Sent): Promise<void> {
  await Promise.all(
    Array.from({ length: SENDERS }, async (_, sender) => {
      for (let index = 0; ; index += 1) {
        const text = `round ${round}, sender ${sender}, message ${index}`;
        sent.set(text, { eventId: undefined });
        const path = `${roomPath(roomId)}/send/m.room.message/${encodeURIComponent(text)}`;
        const response = await user
          .request('PUT', path, { msgtype: 'm.text', body: text })
          // The connection broke: nobody knows what became of this one.
          .catch(() => undefined);
        if (response === undefined) return;
        expect(response.status, JSON.stringify(response.body)).to.equal(200);
        sent.set(text, { eventId: response.body.event_id });
      }
    }),
  );
}

/** Every text in the room's history, with the ID of its event, as a client pages through it. */
async function readHistory(user: TestUser, roomId: string): Promise<{ text: string; eventId: string }[]> {
  const found: { text: string; eventId: string }[] = [];
  for (let from: string | undefined; ; ) {
    const query = new URLSearchParams({ dir: 'b', limit: '500', ...(from === undefined ? {} : { from }) });
    const page = await user.ok('GET', `${roomPath(roomId)}/messages?${query}`);
    for (const event of page.chunk) {
      if (event.type === 'm.room.message') found.push({ text: event.content.body, eventId: event.event_id });
    }
    from = page.end;
    if (from === undefined) return found;
  }
}

/** The database's own opinion of itself. */
async function checkIntegrity(url: string): Promise<void> {
  if (testDialect === 'sqlite') {
    const database = new BetterSqlite3(url.slice('sqlite:'.length), { readonly: true });
    expect(database.pragma('integrity_check', { simple: true })).to.equal('ok');
    database.close();
    return;
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('CREATE EXTENSION IF NOT EXISTS amcheck');
  const { rows } = await client.query(
    `SELECT c.relname, bt_index_check(c.oid, true) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     JOIN pg_am a ON a.oid = c.relam JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE a.amname = 'btree' AND n.nspname = 'public'`,
  );
  expect(rows).to.have.length.above(20);
  await client.end();
}

describe('kill -9 under load', () => {
  it(`loses nothing that was acknowledged and doubles nothing, ${ROUNDS} times in a row`, async function () {
    this.timeout(ROUNDS * 20_000);
    const folder = await mkdtemp(join(tmpdir(), 'guildhall-crash-'));
    const database = await createTestDatabase();
    const configuration = { DATA_DIR: folder, DATABASE_URL: database.url, LOG_LEVEL: 'error' };
    let server: ServerProcess = await startServerProcess({ configuration });
    try {
      const first = await registerUser(() => server.url, 'alice');
      const user = new TestUser(() => server.url, first.userId, first.deviceId, first.accessToken);
      const roomId = await user.createRoom({});
      const sent: Sent = new Map();
      for (let round = 1; round <= ROUNDS; round += 1) {
        const sending = sendUntilKilled(user, roomId, round, sent);
        await delay(200 + ((round * 97) % 300));
        await server.kill('SIGKILL');
        await sending;
        await checkIntegrity(database.url);
        server = await startServerProcess({ configuration });
        await compare(await readHistory(user, roomId), sent);
        await repeatUnanswered(user, roomId, sent);
      }
      await compare(await readHistory(user, roomId), sent);
      const acknowledged = [...sent.values()].filter(({ eventId }) => eventId !== undefined).length;
      console.log(`      ${acknowledged} acknowledged messages in ${ROUNDS} rounds on ${testDialect}`);
      expect(acknowledged).to.be.above(ROUNDS * SENDERS);
    } finally {
      await server.kill('SIGKILL');
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

/** Every acknowledged message is there under its ID; nothing is there twice. */
async function compare(history: readonly { text: string; eventId: string }[], sent: Sent): Promise<void> {
  const found = new Map(history.map(({ text, eventId }) => [text, eventId]));
  expect(found.size, 'messages that are there twice').to.equal(history.length);
  for (const [text, { eventId }] of sent) {
    if (eventId !== undefined && found.get(text) !== eventId) {
      expect.fail(`"${text}" was acknowledged as ${eventId}, and is ${found.get(text) ?? 'gone'}`);
    }
  }
}

/** A client asks again for what it got no answer to, with the same transaction: once there, it is not sent twice. */
async function repeatUnanswered(user: TestUser, roomId: string, sent: Sent): Promise<void> {
  for (const [text, { eventId }] of sent) {
    if (eventId !== undefined) continue;
    const path = `${roomPath(roomId)}/send/m.room.message/${encodeURIComponent(text)}`;
    const { event_id: again } = await user.ok('PUT', path, { msgtype: 'm.text', body: text });
    sent.set(text, { eventId: again });
  }
}
