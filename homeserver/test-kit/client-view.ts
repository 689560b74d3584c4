import { systemClock } from '../src/base/clock.ts';
import { createEncryption, type Encryption } from '../src/encryption/index.ts';
import type { JsonObject } from '../src/protocol/canonical-json.ts';
import { createRealtime, type Realtime } from '../src/realtime/index.ts';
import { type RoomsContext, stateKeyOf, UserSettingsCache, type Viewer } from '../src/rooms/index.ts';
import { broadcastsThrough } from '../src/stream/index.ts';
import { LogTail } from '../src/stream/log-tail.ts';
import { Notifier } from '../src/stream/notifier.ts';
import { createSyncContext, type SyncOptions } from '../src/sync/create-context.ts';
import type { SyncContext } from '../src/sync/frame.ts';
import { createSync, type StateKey, type Sync, type SyncBody } from '../src/sync/index.ts';
import { openTestRooms, type TestRooms } from './rooms-for-tests.ts';

/** The rooms, and two ways to sync over them. */
export interface Syncs {
  readonly house: TestRooms;
  /** Answers from the newest rows, which it has in memory. */
  readonly fromTail: Sync;
  /** Has no rows in memory, and asks the log. */
  readonly fromLog: Sync;
  /** What puts responses together, with the newest rows and with memory of its own. */
  readonly context: () => Promise<SyncContext>;
  readonly realtime: Realtime;
  readonly encryption: Encryption;
}

/** Rows: more than any test writes. */
const KEPT = 100_000;

/** Opens rooms over an empty database. */
export async function startSyncs(): Promise<Syncs> {
  const house = await openTestRooms();
  const { rooms, accounts } = house;
  const { storage } = rooms;
  const realtime = createRealtime({
    clock: systemClock,
    storage,
    rooms: {
      isJoined: async () => true,
      roomNidOf: async (roomId) => (await rooms.registry.byId(roomId))?.nid,
      positionOf: async (_roomId, eventId) => {
        const event = await storage.events.getById(eventId);
        return event && (await storage.log.positionOf(event.nid));
      },
      relationOf: async () => undefined,
      whoShareRoomWith: async () => new Set(),
    },
    accountData: accounts.accountData,
    onChange: () => {},
    broadcasts: broadcastsThrough(storage.database),
  });
  const encryption = createEncryption({
    storage,
    serverName: rooms.serverName,
    clock: systemClock,
    logger: rooms.logger,
    confirmation: accounts.confirmation,
  });
  const open = async (kept: number): Promise<SyncOptions> => {
    const newest = await storage.log.newest();
    const notifier = new Notifier(new LogTail(kept, newest, []), {
      localJoined: () => [],
      onError: () => {},
    });
    storage.database.onCommitted((rows) => notifier.publish(rows));
    const settings = new UserSettingsCache(rooms, accounts.pushRules);
    notifier.onRows((rows) => settings.follow(rows));
    return { rooms, accounts, realtime, encryption, notifier, settings };
  };
  return {
    house,
    fromTail: createSync(await open(KEPT)),
    fromLog: createSync(await open(0)),
    context: async () => createSyncContext(await open(KEPT)),
    realtime,
    encryption,
  };
}

/** What a client knows that does with responses what the specification says. */
export class ClientView {
  readonly #rooms: RoomsContext;
  readonly #viewer: Viewer;
  readonly #stateKey: StateKey;
  readonly #limit: number;
  since: string | undefined;
  /** By room, the event IDs of its state, by type and state key. */
  readonly state = new Map<string, Map<string, string>>();
  /** By room, the event IDs of its timeline since the last gap. */
  readonly timeline = new Map<string, string[]>();

  constructor(rooms: RoomsContext, viewer: Viewer, stateKey: StateKey, limit: number) {
    this.#rooms = rooms;
    this.#viewer = viewer;
    this.#stateKey = stateKey;
    this.#limit = limit;
  }

  async follow(sync: Sync): Promise<SyncBody> {
    const body = await sync.sync({
      viewer: this.#viewer,
      since: this.since,
      filter: JSON.stringify({ room: { timeline: { limit: this.#limit } } }),
      fullState: false,
      setPresence: 'offline',
      stateKey: this.#stateKey,
      timeoutMs: 0,
      signal: new AbortController().signal,
    });
    this.since = body.next_batch;
    for (const [roomId, room] of Object.entries(body.rooms?.join ?? {})) {
      const known = this.state.get(roomId) ?? new Map<string, string>();
      this.state.set(roomId, known);
      const before = room[this.#stateKey]?.events ?? [];
      const news = this.#stateKey === 'state' ? [...before, ...room.timeline.events] : before;
      for (const event of news) {
        if (event.state_key === undefined) continue;
        const key = stateKeyOf(String(event.type), String(event.state_key));
        if (await this.#isAbsent(event)) known.delete(key);
        else known.set(key, String(event.event_id));
      }
      const ids = room.timeline.events.map((event) => String(event.event_id));
      this.timeline.set(roomId, room.timeline.limited ? ids : [...(this.timeline.get(roomId) ?? []), ...ids]);
    }
    const { leave, invite, knock } = body.rooms ?? {};
    for (const roomId of Object.keys({ ...leave, ...invite, ...knock })) {
      this.state.delete(roomId);
      this.timeline.delete(roomId);
    }
    return body;
  }

  /** Whether an event only tells that there is no such state any more: without the content that it has. */
  async #isAbsent(event: JsonObject): Promise<boolean> {
    const stored = await this.#rooms.storage.events.getById(String(event.event_id));
    return JSON.stringify(stored?.pdu.content) !== JSON.stringify(event.content);
  }
}

/** The event IDs of a room's state now, by type and state key. */
export async function stateNow(
  { registry, storage }: RoomsContext,
  roomId: string,
): Promise<Map<string, string>> {
  const room = await registry.byId(roomId);
  const members = [...(room?.members.values() ?? [])].map((member) => member.eventNid);
  const events = [...(room?.state.values() ?? []), ...(await storage.events.getAll(members))];
  return new Map(events.map(({ eventId, pdu }) => [stateKeyOf(pdu.type, pdu.state_key ?? ''), eventId]));
}
