import { expect } from 'chai';
import { ClientEvent, createClient, type MatrixClient, type Room } from 'matrix-js-sdk';
import { type Logger, logger as sdkLogger } from 'matrix-js-sdk/lib/logger.js';
import { eventually } from '../test-kit/eventually.ts';
import { MovableServer } from '../test-kit/movable-server.ts';
import { createTestDatabase } from '../test-kit/test-database.ts';
import type { TestUser } from '../test-kit/test-user.ts';

/** Where the client thinks that the server is, wherever that has moved. */
const BASE_URL = 'http://moved.test';

const silence = (): void => undefined;
const quiet: Logger = {
  trace: silence,
  debug: silence,
  info: silence,
  warn: silence,
  error: silence,
  getChild: () => quiet,
};

describe('A stock matrix-js-sdk client of a server whose database began a new life', function () {
  this.timeout(60_000);
  let server: MovableServer;
  let alice: TestUser;
  let client: MatrixClient;
  let roomId: string;

  // The SDK never clears the timers of its requests, the longest of two minutes: they must not keep the tests running.
  const { setTimeout: originalSetTimeout } = globalThis;
  before(() => {
    Object.assign(sdkLogger, quiet, { log: silence });
    const unreffed = (...args: Parameters<typeof setTimeout>) => originalSetTimeout(...args).unref();
    globalThis.setTimeout = Object.assign(unreffed, originalSetTimeout);
  });
  after(() => {
    globalThis.setTimeout = originalSetTimeout;
  });

  beforeEach(async () => {
    server = await MovableServer.start();
    alice = await server.register('alice');
    const bob = await server.register('bob');
    roomId = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(roomId);
    for (const body of ['one', 'two', 'three', 'four', 'five']) await alice.say(roomId, body);
    client = createClient({
      baseUrl: BASE_URL,
      userId: bob.userId,
      deviceId: bob.deviceId,
      accessToken: bob.accessToken,
      logger: quiet,
      fetchFn: (input, init) => fetch(String(input).replace(BASE_URL, server.url), init),
    });
    const prepared = new Promise((resolve) => client.once(ClientEvent.Sync, resolve));
    await client.startClient({ initialSyncLimit: 2 });
    await prepared;
  });
  afterEach(async () => {
    client.stopClient();
    await server.end();
  });

  function room(): Room {
    const known = client.getRoom(roomId);
    if (known === null) throw new Error('the client does not know the room');
    return known;
  }

  /** The messages that the client shows, the oldest first. */
  function shown(): string[] {
    const events = room().getLiveTimeline().getEvents();
    return events.flatMap((event) => event.getContent().body ?? []);
  }

  /** The first sync after a pause may take the SDK a while: it waits longer after each failure. */
  const untilShown = (body: string) =>
    eventually(async () => {
      client.retryImmediately();
      return shown().includes(body);
    });

  it('goes on after a restore, with every message once, and scrolls back', async () => {
    const restore = await server.backUp();
    await alice.say(roomId, 'lost');
    await untilShown('lost');
    await server.pause();
    await restore();
    await server.resume();
    await alice.say(roomId, 'six');
    await untilShown('six');
    await alice.say(roomId, 'seven');
    await untilShown('seven');
    await client.scrollback(room(), 20);
    const there = shown().filter((body) => body !== 'lost');
    expect(there).to.deep.equal(['one', 'two', 'three', 'four', 'five', 'six', 'seven']);
    expect(room().getMyMembership()).to.equal('join');
  });

  it('goes on after a migration, with every message once, and scrolls back', async () => {
    await server.pause();
    const target = await createTestDatabase();
    await server.run('migrate-database', '--to', target.url);
    server.moveTo(target);
    await server.resume();
    await alice.say(roomId, 'six');
    await untilShown('six');
    await client.scrollback(room(), 20);
    expect(shown()).to.deep.equal(['one', 'two', 'three', 'four', 'five', 'six']);
  });
});
