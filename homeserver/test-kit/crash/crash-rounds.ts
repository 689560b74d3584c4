import { expect } from 'chai';
import { openSnapshot } from '../../src/storage/database/open-snapshot.ts';
import { defineQuery } from '../../src/storage/database/sql.ts';
import { eventually } from '../eventually.ts';
import { type Dice, diceOf, pick } from '../random-history.ts';
import { contradictionsIn, expectSoundIndexes } from '../sound-database.ts';
import { registerUser, roomPath, type TestUser } from '../test-user.ts';
import { CrashProcess } from './crash-process.ts';
import { Follower } from './follower.ts';
import { Ledger } from './ledger.ts';
import { OtherServer } from './other-server.ts';
import { PEOPLE_AT_ONCE } from './people.ts';
import { Purger } from './purges.ts';
import { contradictLedger } from './verify-ledger.ts';
import { anyServer, isRunning, sendMarked, type World } from './world.ts';

/** How to load and kill servers. */
export interface CrashOptions {
  readonly databaseUrl: string;
  /** Keys without `GUILDHALL_`. */
  readonly configuration: Readonly<Record<string, string>>;
  /** That share the database. */
  readonly processes: number;
  readonly seed: number;
}

/** A round ends after so many acknowledgements, and up to as many again. */
const ACKNOWLEDGEMENTS = 150;

const timeline = defineQuery<[string, number], { eventId: string }>(
  `SELECT event_id AS "eventId" FROM log JOIN events ON events.nid = ref JOIN rooms ON rooms.nid = events.room_nid
   WHERE kind = 1 AND room_id = ? AND position > ? ORDER BY position`,
);
const roomIds = defineQuery<[], { roomId: string }>('SELECT room_id AS "roomId" FROM rooms');

/** Rounds of load, `kill -9`, comparison and restart, over one database. */
export class CrashRounds {
  readonly #options: CrashOptions;
  readonly #dice: Dice;
  readonly #ledger = new Ledger();
  #servers: CrashProcess[] = [];
  #people: TestUser[] = [];
  #follower: TestUser | undefined;
  #purger: Purger | undefined;

  constructor(options: CrashOptions) {
    this.#options = options;
    this.#dice = diceOf(options.seed);
  }

  /** Starts the servers, and has people register. */
  async start(): Promise<void> {
    await this.#startServers();
    const auth = { type: 'm.login.registration_token', token: this.#servers[0]?.firstAdminToken };
    this.#purger = new Purger(await this.#register('admin', auth));
    for (const name of ['alice', 'bob', 'carol', 'dave']) this.#people.push(await this.#register(name));
    this.#follower = await this.#register('follower');
  }

  /** One round. @returns in few words what was done. @throws for whatever is lost, there twice, or half there. */
  async round(): Promise<string> {
    const [from, received] = [this.#ledger.deeds.length, this.#ledger.received.size];
    const { world, other, follower, purger } = await this.#prepare();
    const position = follower.position;
    const acting = Promise.all([
      ...[...PEOPLE_AT_ONCE, (shared: World) => purger.purge(shared)].map(async (act) => {
        while (isRunning(world)) await act(world);
      }),
      other.fight(world),
      follower.follow(world),
    ]);
    await this.#untilAcknowledged(acting, ACKNOWLEDGEMENTS + this.#dice(ACKNOWLEDGEMENTS));
    const killed = await this.#killSome();
    if (killed < this.#servers.length) await this.#untilAcknowledged(acting, ACKNOWLEDGEMENTS / 3);
    world.isOver = true;
    await acting;

    await this.#compare();
    await this.#startServers();
    await other.catchUp(() => anyServer(this));
    await this.#repeatUnanswered(world, from);
    await this.#compareDeliveries(world, follower, position);
    expect(world.faults, 'answers').to.deep.equal([]);
    await this.#leave(world, purger);
    const fought = this.#ledger.received.size - received;
    return `${killed} of ${this.#servers.length} killed: ${this.#ledger.summary(from)}, received ${fought}`;
  }

  /** Waits for the purges that were cut short, and compares for the last time. @returns what was done in all. */
  async finish(): Promise<string> {
    const { gone = [], faults } = (await this.#purger?.finish()) ?? {};
    expect(faults, 'purges').to.deep.equal([]);
    await this.#compare();
    const snapshot = await openSnapshot(this.#options.databaseUrl);
    const left = (await snapshot.all(roomIds, [])).filter(({ roomId }) => gone.includes(roomId));
    await snapshot.close();
    expect(left, 'rooms that are gone').to.deep.equal([]);
    const { received, shortened, upgraded } = this.#ledger;
    const purges = `deleted rooms ${gone.length}, shortened histories ${shortened.size}`;
    return `${this.#ledger.summary()}, upgrades ${upgraded.size}, received ${received.size}, ${purges}`;
  }

  async end(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.kill()));
  }

  get servers(): readonly CrashProcess[] {
    return this.#servers;
  }

  get dice(): Dice {
    return this.#dice;
  }

  /** Starts those that do not run. */
  async #startServers(): Promise<void> {
    const running = this.#servers.filter((server) => !server.isGone);
    const missing = Array.from({ length: this.#options.processes - running.length }, () =>
      CrashProcess.start(this.#options.configuration),
    );
    this.#servers = [...running, ...(await Promise.all(missing))];
  }

  /** Any of the servers, or all of them. @returns how many. */
  async #killSome(): Promise<number> {
    const all = this.#servers;
    const victims = this.#dice(3) === 0 ? all : [pick(all, this.#dice)];
    await Promise.all(victims.map((server) => server.kill()));
    return victims.length;
  }

  async #untilAcknowledged(acting: Promise<unknown>, count: number): Promise<void> {
    const enough = this.#ledger.acknowledged + count;
    await Promise.race([acting, eventually(async () => this.#ledger.acknowledged >= enough)]);
  }

  #register(name: string, auth?: object): Promise<TestUser> {
    return registerUser(() => anyServer(this).url, name, auth);
  }

  /** New rooms with everybody in them, one here and one of the other server. */
  async #prepare(): Promise<{ world: World; other: OtherServer; follower: Follower; purger: Purger }> {
    const [owner, ...others] = this.#people;
    const [user, purger] = [this.#follower, this.#purger];
    if (owner === undefined || user === undefined || purger === undefined) throw new Error('nobody is there');
    const levels = { state_default: 0 };
    const roomId = await owner.createRoom({ preset: 'public_chat', power_level_content_override: levels });
    for (const member of [...others, user]) await member.join(roomId);
    const shared = { ledger: this.#ledger, dice: this.#dice };
    const { databaseUrl } = this.#options;
    const other = await OtherServer.begin(shared, anyServer(this), databaseUrl, owner.userId);
    const world: World = {
      ...shared,
      people: this.#people,
      roomId,
      forkedRoomId: other.roomId,
      servers: this.#servers,
      faults: [],
      isOver: false,
    };
    return { world, other, follower: await Follower.begin(user, roomId), purger };
  }

  /** Leaves the rooms of a round to be purged in later ones. */
  async #leave({ roomId, forkedRoomId }: World, purger: Purger): Promise<void> {
    const snapshot = await openSnapshot(this.#options.databaseUrl);
    for (const room of [roomId, forkedRoomId]) {
      const events = await snapshot.all(timeline, [room, 0]);
      const { eventId = '' } = events[Math.floor((events.length * 2) / 3)] ?? {};
      purger.addOldRoom({ roomId: room, eventId });
    }
    await snapshot.close();
  }

  /** The database in itself, and with what was acknowledged. */
  async #compare(): Promise<void> {
    const snapshot = await openSnapshot(this.#options.databaseUrl);
    try {
      expect(await contradictionsIn(snapshot), 'contradictions').to.deep.equal([]);
      expect(await contradictLedger(this.#ledger, snapshot), 'against the ledger').to.deep.equal([]);
    } finally {
      await snapshot.close();
    }
    await expectSoundIndexes(this.#options.databaseUrl);
  }

  /** Clients ask again for what they got no answer to, with the same transaction: it is not sent twice. */
  async #repeatUnanswered(world: World, from: number): Promise<void> {
    for (const deed of this.#ledger.deeds.slice(from)) {
      if (deed.kind !== 'send' || deed.state !== 'unanswered' || deed.roomId === undefined) continue;
      const user = world.people.find(({ userId }) => userId === deed.userId);
      if (user !== undefined) await sendMarked(world, user, deed.roomId, deed);
    }
  }

  /** The client that kept its token got every event once; so does the one that reads the history. */
  async #compareDeliveries(world: World, follower: Follower, from: number): Promise<void> {
    const snapshot = await openSnapshot(this.#options.databaseUrl);
    const stored = (await snapshot.all(timeline, [world.roomId, from])).map(({ eventId }) => eventId);
    const all = (await snapshot.all(timeline, [world.roomId, 0])).map(({ eventId }) => eventId);
    await snapshot.close();
    // A process hears of what another one has written a moment later.
    for (let syncs = 0; syncs < 50 && stored.some((id) => !follower.deliveries.has(id)); syncs += 1) {
      await follower.next('200');
    }
    const repeated = [...follower.deliveries].filter(([, times]) => times > 1);
    expect(repeated, 'delivered more than once').to.deep.equal([]);
    const delivered = new Set(follower.deliveries.keys());
    expect(
      stored.filter((eventId) => !delivered.has(eventId)),
      'not delivered',
    ).to.deep.equal([]);
    expect([...delivered.difference(new Set(stored))], 'delivered, and not stored').to.deep.equal([]);
    expect(await readHistory(follower.user, world.roomId), 'history').to.deep.equal(all);
  }
}

/** The IDs of a room's events, as a client pages through them. */
async function readHistory(user: TestUser, roomId: string): Promise<string[]> {
  const found: string[] = [];
  for (let from: string | undefined; ; ) {
    const query = new URLSearchParams({ dir: 'f', limit: '500', ...(from === undefined ? {} : { from }) });
    const page = await user.ok('GET', `${roomPath(roomId)}/messages?${query}`);
    found.push(...page.chunk.map((event: { event_id: string }) => event.event_id));
    from = page.end;
    if (from === undefined) return found;
  }
}
