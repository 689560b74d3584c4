import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import type { JsonObject } from '../../src/protocol/canonical-json.ts';
import { roomVersionRules } from '../../src/protocol/room-versions.ts';
import { generateSigningKey } from '../../src/protocol/signing.ts';
import { eventually } from '../../test-kit/eventually.ts';
import { FakeHomeserver, FakeReply } from '../../test-kit/fake-homeserver.ts';
import { type PeerRoom, RemotePeer } from '../../test-kit/remote-peer.ts';
import { REMOTE } from '../../test-kit/remote-room.ts';
import { type ServerProcess, startServerProcess } from '../../test-kit/server-process.ts';
import { sendToServer, signRequest } from '../../test-kit/signed-request.ts';
import { createTestDatabase, type TestDatabase } from '../../test-kit/test-database.ts';
import { TestNetwork } from '../../test-kit/test-network.ts';
import { registerUser, roomPath, type TestUser } from '../../test-kit/test-user.ts';

const HOSTILE = 'hostile.test';
const MALLORY = `@mallory:${HOSTILE}`;
const MISSING_EVENTS = '/_matrix/federation/v1/get_missing_events/{roomId}';

/** An answer of which a byte comes now and then, and which never ends. */
function drip(): FakeReply {
  const bytes = async function* (): AsyncGenerator<string> {
    for (yield '{"events":['; ; yield ' ') await delay(100);
  };
  return new FakeReply(200, Readable.from(bytes()));
}

describe('the process that a hostile server attacks', function () {
  this.timeout(30_000);
  let folder: string;
  let database: TestDatabase;
  let network: TestNetwork;
  let server: ServerProcess;
  let honest: RemotePeer;
  let fake: FakeHomeserver;
  let hostile: RemotePeer;
  let alice: TestUser;
  let bobsRoom: PeerRoom;
  let room: PeerRoom;
  const latenciesMs: number[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guildhall-hostile-'));
    database = await createTestDatabase();
    network = await TestNetwork.create();
    const { ALLOW_PRIVATE_ADDRESSES: _allowed, ...configuration } = network.configuration;
    const settings = { DATA_DIR: folder, DATABASE_URL: database.url, LOG_LEVEL: 'info' };
    server = await startServerProcess({ configuration: { ...configuration, ...settings } });
    honest = new RemotePeer(await network.startFake(), server);
    fake = await FakeHomeserver.start(network, HOSTILE, generateSigningKey(Buffer.alloc(32, 66), 'hostile'));
    hostile = new RemotePeer(fake, server);
    alice = await registerUser(() => server.url, 'alice');
    const roomId = await alice.createRoom({ preset: 'public_chat', room_version: '12' });
    room = await hostile.enter(roomId, MALLORY);
    bobsRoom = await honest.enter(roomId, `@bob:${REMOTE}`);
  });

  after(async () => {
    await server.kill('SIGKILL');
    await fake.stop();
    await network.stop();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
    const most = Math.round(Math.max(...latenciesMs));
    console.log(`      honest messages meanwhile: at most ${most} ms until they were shown`);
  });

  /** An honest message gets through after every attack. */
  afterEach(async () => {
    const began = performance.now();
    const { eventId, json } = honest.message(bobsRoom, { body: 'honest' });
    expect((await honest.send({ pdus: [json] })).status).to.equal(200);
    const path = `${roomPath(bobsRoom.roomId)}/event/${encodeURIComponent(eventId)}`;
    await eventually(async () => (await alice.request('GET', path)).status === 200);
    latenciesMs.push(performance.now() - began);
  });

  /** Waits until a line of the log has all of this. */
  const logged = (...parts: string[]) =>
    eventually(async () =>
      server
        .output()
        .split('\n')
        .some((line) => parts.every((part) => line.includes(part))),
    );

  /** A message of the hostile server's with something wrong, before it is signed. */
  function wrong(changes: JsonObject): { eventId: string; json: JsonObject } {
    const { json } = hostile.message({ ...room }, { body: 'hostile' });
    const { signatures: _signatures, hashes: _hashes, ...draft } = json;
    const empty = { hashes: { sha256: '' }, signatures: {} };
    return hostile.sign({ ...draft, ...empty, ...changes }, room.rules);
  }

  async function isShown(eventId: string): Promise<boolean> {
    const path = `${roomPath(room.roomId)}/event/${encodeURIComponent(eventId)}`;
    return (await alice.request('GET', path)).status === 200;
  }

  it('refuses requests in the name of another server', async () => {
    const request = { method: 'GET', path: `/_matrix/federation/v1/query/profile?user_id=${alice.userId}` };
    const names = { origin: REMOTE, destination: 'hs.test', key: fake.key };
    const headers = { Authorization: signRequest(request, names) };
    expect((await sendToServer(server.url, { ...request, headers })).status).to.equal(401);
    await logged('a request of another server was refused', REMOTE, 'signature');
  });

  it('refuses events whose signature is none', async () => {
    const { eventId, json } = wrong({});
    const keys = Object.keys((json.signatures as Record<string, JsonObject>)[HOSTILE] ?? {});
    const zeros = Buffer.alloc(64).toString('base64').replaceAll('=', '');
    const signatures = { [HOSTILE]: Object.fromEntries(keys.map((key) => [key, zeros])) };
    const { body } = await hostile.send({ pdus: [{ ...json, signatures }] });
    expect(body.pdus[eventId].error).to.include('signature');
    await logged('an event was refused', eventId, 'unsigned');
  });

  it('refuses events that are too large', async () => {
    const { status } = await hostile.send({ pdus: [wrong({ content: { body: 'x'.repeat(66_000) } }).json] });
    expect(status).to.equal(200);
    await logged('an event was refused', HOSTILE, 'malformed', '65536');
  });

  it('refuses events that are none', async () => {
    const { json } = wrong({});
    const malformed = [{ depth: 'deep' }, { prev_events: 5 }, { content: [] }, { sender: 'mallory' }];
    const { status } = await hostile.send({ pdus: malformed.map((change) => ({ ...json, ...change })) });
    expect(status).to.equal(200);
    for (const [key = ''] of malformed.map(Object.keys))
      await logged('an event was refused', 'malformed', key);
  });

  it('shows nothing that events of another room have to allow', async () => {
    const otherId = await alice.createRoom({ preset: 'public_chat', room_version: '12' });
    const other = await hostile.enter(otherId, MALLORY);
    const { eventId, json } = wrong({ auth_events: [...other.authEvents] });
    expect((await hostile.send({ pdus: [json] })).status).to.equal(200);
    await logged('an event was not accepted', eventId, 'rejected');
    expect(await isShown(eventId)).to.equal(false);
  });

  it('is not caught by events that name each other as their authority', async () => {
    const roomId = await alice.createRoom({ preset: 'public_chat', room_version: '1' });
    const made = await hostile.make({ roomId, userId: MALLORY, kind: 'join' });
    const { prev_events: previous } = made.body.event as { prev_events: JsonObject[] };
    await hostile.join(roomId, MALLORY);
    const rules = roomVersionRules('1');
    if (rules === undefined) throw new Error('there is no room version 1');
    // In this room version servers choose the IDs, so that each can name the other.
    const [one, two] = [`$one:${HOSTILE}`, `$two:${HOSTILE}`];
    const inCircle = (eventId: string, authority: string): JsonObject => {
      const { json } = wrong({});
      const { hashes: _hashes, signatures: _signatures, ...draft } = json;
      const place = {
        room_id: roomId,
        prev_events: [...previous],
        auth_events: [[authority, { sha256: '' }]],
      };
      const empty = { hashes: { sha256: '' }, signatures: {} };
      return hostile.sign({ ...draft, ...place, ...empty, event_id: eventId }, rules).json;
    };
    fake.answer('GET', '/_matrix/federation/v1/event/{eventId}', ({ params }) => ({
      origin: HOSTILE,
      origin_server_ts: 1,
      pdus: [params.eventId === one ? inCircle(one, two) : inCircle(two, one)],
    }));
    expect((await hostile.send({ pdus: [inCircle(one, two)] })).status).to.equal(200);
    await logged(one, HOSTILE);
    expect((await alice.request('GET', `${roomPath(roomId)}/event/${one}`)).status).to.equal(404);
  });

  it('waits for no answer that comes a byte at a time', async () => {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    fake.answer('POST', MISSING_EVENTS, () => {
      resolve();
      return drip();
    });
    expect((await hostile.send({ pdus: [wrong({ prev_events: ['$lost'] }).json] })).status).to.equal(200);
    await asked;
  });

  it('fetches no media from private addresses, wherever it is sent', async () => {
    let requests = 0;
    const secret = createServer((_request, response) => {
      requests += 1;
      response.end('secret');
    });
    await new Promise<void>((resolve) => secret.listen(0, '127.0.0.1', resolve));
    const { port } = secret.address() as AddressInfo;
    const part = `--b\r\nContent-Type: application/json\r\n\r\n{}\r\n--b\r\nLocation: http://127.0.0.1:${port}/\r\n\r\n\r\n--b--`;
    const type = { 'Content-Type': 'multipart/mixed; boundary=b' };
    fake.answer(
      'GET',
      '/_matrix/federation/v1/media/download/{mediaId}',
      new FakeReply(200, Buffer.from(part), type),
    );
    const media = await alice.request('GET', `/_matrix/client/v1/media/download/${HOSTILE}/secret`);
    secret.close();
    expect([media.status, requests]).to.deep.equal([502, 0]);
    await logged('media of another server could not be had', HOSTILE, '127.0.0.1');
  });
});
