import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  ClientEvent,
  createClient,
  EventType,
  KnownMembership,
  type MatrixClient,
  type MatrixEvent,
  MsgType,
  Preset,
  RoomEvent,
  RoomMemberEvent,
  SyncState,
} from 'matrix-js-sdk';
import { type Logger, logger as sdkLogger } from 'matrix-js-sdk/lib/logger.js';
import { freePort, type ServerProcess, startServerProcess } from '../test-kit/server-process.ts';
import { checkedFetch } from '../test-kit/spec-coverage/checked-fetch.ts';
import { createTestDatabase, type TestDatabase } from '../test-kit/test-database.ts';
import { registerUser, request, TestUser } from '../test-kit/test-user.ts';

const MESSAGES = 500;
const ROOMS = ['general', 'boats', 'bread'];
const RESTART_AT = MESSAGES / 2;
/** Fewer than ten a room: a longer gap comes as a limited timeline, which a client fills by paging. */
const SENT_BEFORE_THEY_ARE_BACK = 24;

/** A stock client, and every message that it has received live, in order, by room. */
class Listener {
  readonly client: MatrixClient;
  readonly received: { roomId: string; body: string; eventId: string }[] = [];

  constructor(client: MatrixClient) {
    this.client = client;
    client.on(RoomEvent.Timeline, (event, room, toStart) => {
      // A local echo has no place in the room's order yet: it counts when the server sends it back.
      if (toStart === true || event.getType() !== 'm.room.message' || event.status !== null) return;
      this.#take(event, room?.roomId ?? '');
    });
    client.on(RoomEvent.LocalEchoUpdated, (event, room) => {
      if (event.status === null && event.getType() === 'm.room.message') this.#take(event, room.roomId);
    });
  }

  #take(event: MatrixEvent, roomId: string): void {
    this.received.push({ roomId, body: event.getContent().body, eventId: event.getId() ?? '' });
  }

  async start(): Promise<void> {
    const prepared = new Promise<void>((resolve) => {
      this.client.once(ClientEvent.Sync, () => resolve());
    });
    await this.client.startClient({ initialSyncLimit: 20, lazyLoadMembers: true });
    await prepared;
  }
}

async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const silence = (): void => undefined;
/** The SDK tells of every request; what matters here fails a test. */
const quiet: Logger = {
  trace: silence,
  debug: silence,
  info: silence,
  warn: silence,
  error: silence,
  getChild: () => quiet,
};

describe('A stock matrix-js-sdk client', () => {
  let folder: string;
  let database: TestDatabase;
  let server: ServerProcess;
  let configuration: Record<string, string>;
  let alice: Listener;
  let bob: Listener;
  /** Another session of Alice's. */
  let phone: TestUser;

  // The SDK never clears the timers of its requests, the longest of two minutes: they must not keep the tests running.
  const { setTimeout: originalSetTimeout } = globalThis;
  before(() => {
    const unreffed = (...args: Parameters<typeof setTimeout>) => originalSetTimeout(...args).unref();
    globalThis.setTimeout = Object.assign(unreffed, originalSetTimeout);
  });
  after(() => {
    globalThis.setTimeout = originalSetTimeout;
  });

  before(async () => {
    Object.assign(sdkLogger, quiet, { log: silence });
    folder = await mkdtemp(join(tmpdir(), 'guildhall-sdk-'));
    database = await createTestDatabase();
    // Always the same port: the clients stay as they are while the server restarts.
    const port = String(await freePort());
    configuration = { DATA_DIR: folder, DATABASE_URL: database.url, PORT: port, LOG_LEVEL: 'error' };
    server = await startServerProcess({ configuration });
    [alice, bob] = (await Promise.all(['alice', 'bob'].map(startClient))) as [Listener, Listener];
    const login = await request(server.url, 'POST', '/_matrix/client/v3/login', {
      body: { type: 'm.login.password', user: 'alice', password: 'password of alice' },
    });
    const { user_id: userId, device_id: deviceId, access_token: token } = login.body;
    phone = new TestUser(() => server.url, userId, deviceId, token);
  });

  after(async () => {
    alice?.client.stopClient();
    bob?.client.stopClient();
    await server?.kill('SIGKILL');
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  async function startClient(name: string): Promise<Listener> {
    const { userId, deviceId, accessToken } = await registerUser(() => server.url, name);
    const listener = new Listener(
      createClient({
        baseUrl: server.url,
        userId,
        deviceId,
        accessToken,
        logger: quiet,
        fetchFn: checkedFetch,
      }),
    );
    await listener.start();
    return listener;
  }

  it('makes a space with three rooms, into which another one is invited', async () => {
    const space = await alice.client.createRoom({ name: 'Hall', creation_content: { type: 'm.space' } });
    for (const name of ROOMS) {
      const room = await alice.client.createRoom({
        name,
        preset: Preset.PrivateChat,
        invite: [bob.client.getSafeUserId()],
      });
      const child = { via: ['hs.test'] };
      await alice.client.sendStateEvent(space.room_id, EventType.SpaceChild, child, room.room_id);
    }
    const invited = () => bob.client.getRooms().filter((room) => room.getMyMembership() === 'invite');
    await until(() => invited().length === ROOMS.length, 'the invites');
    for (const room of invited()) await bob.client.joinRoom(room.roomId);
    await until(() => bob.client.getRooms().every((room) => room.getMyMembership() === 'join'), 'the joins');
    expect(
      bob.client
        .getRooms()
        .map((room) => room.name)
        .sort(),
    ).to.deep.equal([...ROOMS].sort());
    const spaceRoom = alice.client.getRoom(space.room_id);
    expect(spaceRoom?.isSpaceRoom()).to.equal(true);
    expect(spaceRoom?.currentState.getStateEvents('m.space.child')).to.have.length(3);
  });

  it(`receives ${MESSAGES} messages once and in order, while the server restarts in the middle`, async function () {
    this.timeout(120_000);
    const roomIds = bob.client.getRooms().map((room) => room.roomId);
    const senders = [alice, bob];
    const sent = new Map<string, string[]>(roomIds.map((roomId) => [roomId, []]));
    for (let index = 0; index < MESSAGES; index += 1) {
      const roomId = roomIds[index % roomIds.length] ?? '';
      const body = `message ${index}`;
      sent.get(roomId)?.push(body);
      if (index === RESTART_AT) {
        await server.kill('SIGTERM');
        server = await startServerProcess({ configuration });
      }
      if (index >= RESTART_AT && index < RESTART_AT + SENT_BEFORE_THEY_ARE_BACK) {
        // From elsewhere: the two clients have yet to notice that the server is there again.
        await phone.say(roomId, body);
        continue;
      }
      await until(
        () => senders.every(({ client }) => client.getSyncState() === SyncState.Syncing),
        'both to sync',
      );
      const sender = senders[index % 2] ?? alice;
      await sender.client.sendMessage(roomId, { msgtype: MsgType.Text, body }, `txn${index}`);
    }
    for (const listener of senders) {
      await until(
        () => listener.received.length >= MESSAGES,
        `${MESSAGES} messages, got ${listener.received.length}`,
      );
    }
    // Whatever would come twice comes with the next messages: one more round, then look.
    for (const roomId of roomIds) {
      await alice.client.sendMessage(roomId, { msgtype: MsgType.Text, body: 'last' }, `last${roomId}`);
      sent.get(roomId)?.push('last');
    }
    for (const listener of senders) {
      await until(
        () => listener.received.filter(({ body }) => body === 'last').length === 3,
        'the last messages',
      );
      expect(listener.received).to.have.length(MESSAGES + roomIds.length);
      expect(new Set(listener.received.map(({ eventId }) => eventId)).size).to.equal(
        listener.received.length,
      );
      for (const [roomId, bodies] of sent) {
        const got = listener.received.filter((message) => message.roomId === roomId).map(({ body }) => body);
        expect(got).to.deep.equal(bodies);
      }
    }
  });

  it('pages back to the beginning, and finds each message there once', async () => {
    const [room] = bob.client.getRooms();
    if (room === undefined) throw new Error('no room');
    const fresh = createClient({
      baseUrl: server.url,
      userId: bob.client.getSafeUserId(),
      accessToken: bob.client.getAccessToken() ?? '',
      logger: quiet,
    });
    const bodies: string[] = [];
    for (let from: string | null = null; ; ) {
      const page = await fresh.createMessagesRequest(room.roomId, from, 50, 'b' as never);
      for (const event of page.chunk) {
        if (event.type === 'm.room.message' && event.content.body !== 'last')
          bodies.unshift(event.content.body);
      }
      if (page.end === undefined) break;
      from = page.end;
    }
    const live = bob.received.filter(({ roomId, body }) => roomId === room.roomId && body !== 'last');
    expect(bodies).to.deep.equal(live.map(({ body }) => body));
  });

  it('sees typing, a redaction, a name and a leave as they happen', async () => {
    const [room] = bob.client.getRooms();
    const roomId = room?.roomId ?? '';
    const typing = new Promise<boolean>((resolve) => {
      bob.client.once(RoomMemberEvent.Typing, (_event, member) => resolve(member.typing));
    });
    await alice.client.sendTyping(roomId, true, 20_000);
    expect(await typing).to.equal(true);

    const { event_id: eventId } = await alice.client.sendMessage(roomId, {
      msgtype: MsgType.Text,
      body: 'oops',
    });
    await until(() => room?.findEventById(eventId) !== undefined, 'the message');
    await alice.client.redactEvent(roomId, eventId);
    await until(() => room?.findEventById(eventId)?.isRedacted() === true, 'the redaction');

    await alice.client.setRoomName(roomId, 'renamed');
    await until(() => room?.name === 'renamed', 'the name');
    await alice.client.leave(roomId);
    const left = () => room?.getMember(alice.client.getSafeUserId())?.membership === KnownMembership.Leave;
    await until(left, 'the leave');
  });
});
