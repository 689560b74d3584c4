import { expect } from 'chai';
import fc from 'fast-check';
import { openTestRooms, type TestRooms } from '../../test-kit/rooms-for-tests.ts';
import { systemClock } from '../base/clock.ts';
import type { JsonObject } from '../protocol/canonical-json.ts';
import { MatrixError } from '../protocol/errors.ts';
import { createRealtime } from '../realtime/index.ts';
import {
  createRoom,
  joinRoom,
  kickUser,
  leaveRoom,
  type RoomsContext,
  sendEvent,
  setState,
  stateKeyOf,
  type Viewer,
} from '../rooms/index.ts';
import { LogTail } from '../stream/log-tail.ts';
import { Notifier } from '../stream/notifier.ts';
import { createSync, type StateKey, type Sync, type SyncBody } from './index.ts';

interface Syncs {
  readonly house: TestRooms;
  /** Answers from the newest rows, which it has in memory. */
  readonly fromTail: Sync;
  /** Has no rows in memory, and asks the log. */
  readonly fromLog: Sync;
}

async function startSyncs(): Promise<Syncs> {
  const house = await openTestRooms();
  const { rooms, accounts } = house;
  const { storage } = rooms;
  const realtime = createRealtime({
    clock: systemClock,
    storage,
    rooms: {
      isJoined: async () => true,
      roomNidOf: async (roomId) => (await rooms.registry.byId(roomId))?.nid,
      positionOf: async () => undefined,
      relationOf: async () => undefined,
      whoShareRoomWith: async () => new Set(),
    },
    accountData: accounts.accountData,
    onChange: () => {},
  });
  const open = async (kept: number): Promise<Sync> => {
    const newest = await storage.log.newest();
    const notifier = new Notifier(new LogTail(kept, newest, []), {
      localJoined: () => [],
      onError: () => {},
    });
    storage.database.onCommitted((rows) => notifier.publish(rows));
    return createSync({ rooms, accounts, realtime, notifier });
  };
  return { house, fromTail: await open(100_000), fromLog: await open(0) };
}

/** What a client knows that does with responses what the specification says. */
class ClientView {
  readonly #viewer: Viewer;
  readonly #stateKey: StateKey;
  readonly #limit: number;
  since: string | undefined;
  /** By room, the event IDs of its state, by type and state key. */
  readonly state = new Map<string, Map<string, string>>();
  /** By room, the event IDs of its timeline since the last gap. */
  readonly timeline = new Map<string, string[]>();

  constructor(viewer: Viewer, stateKey: StateKey, limit: number) {
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
        known.set(stateKeyOf(String(event.type), String(event.state_key)), String(event.event_id));
      }
      const ids = room.timeline.events.map((event) => String(event.event_id));
      this.timeline.set(roomId, room.timeline.limited ? ids : [...(this.timeline.get(roomId) ?? []), ...ids]);
    }
    for (const roomId of Object.keys(body.rooms?.leave ?? {})) {
      this.state.delete(roomId);
      this.timeline.delete(roomId);
    }
    return body;
  }
}

const ALICE = '@alice:test';
const BOB = '@bob:test';
const ACTIONS = ['say', 'topic', 'key', 'rename', 'join', 'leave', 'kick', 'sync'] as const;
type Action = (typeof ACTIONS)[number];

const actions = fc.array(fc.constantFrom(...ACTIONS), { minLength: 5, maxLength: 40 });
const stateKeys = fc.constantFrom<StateKey>('state', 'state_after');

async function act(rooms: RoomsContext, action: Action, step: number, room: string): Promise<void> {
  const target = { roomId: room, sender: ALICE };
  const name = { membership: 'join', displayname: `Alice ${step}` };
  const transaction = { userNid: 1, deviceId: 'D', scope: room, txnId: `${room} ${step}` };
  const message = { msgtype: 'm.text', body: `message ${step}` };
  const changes: Partial<Record<Action, () => Promise<string>>> = {
    topic: () => setState(rooms, target, 'm.room.topic', '', { topic: `topic ${step}` }),
    key: () => setState(rooms, target, 'org.example.key', `k${step % 7}`, { value: step }),
    rename: () => setState(rooms, target, 'm.room.member', ALICE, name),
    join: () => joinRoom(rooms, BOB, room),
    leave: () => leaveRoom(rooms, { roomId: room, sender: BOB }),
    kick: () => kickUser(rooms, target, BOB),
    say: () => sendEvent(rooms, target, 'm.room.message', message, transaction),
  };
  await changes[action]?.().catch((error: unknown) => {
    // Somebody who is not in the room cannot leave it.
    if (!(error instanceof MatrixError)) throw error;
  });
}

/** The event IDs of a room's state now, by type and state key. */
async function stateOf({ registry, storage }: RoomsContext, roomId: string): Promise<Map<string, string>> {
  const room = await registry.byId(roomId);
  const members = [...(room?.members.values() ?? [])].map((member) => member.eventNid);
  const events = [...(room?.state.values() ?? []), ...(await storage.events.getAll(members))];
  return new Map(events.map(({ eventId, pdu }) => [stateKeyOf(pdu.type, pdu.state_key ?? ''), eventId]));
}

/** The event IDs of the newest events of a room, oldest first. */
async function newestOf(
  { registry, storage }: RoomsContext,
  roomId: string,
  count: number,
): Promise<string[]> {
  const room = await registry.byId(roomId);
  const placed = await storage.log.backward(room?.nid ?? 0, await storage.log.newest(), 0, count);
  return (await storage.events.getAll(placed.map((event) => event.nid)))
    .map((event) => event.eventId)
    .reverse();
}

describe('sync', () => {
  let syncs: Syncs;
  let rooms: RoomsContext;
  let bob: Viewer;
  before(async () => {
    syncs = await startSyncs();
    rooms = syncs.house.rooms;
    await syncs.house.user('alice');
    bob = await syncs.house.user('bob');
  });
  after(() => syncs.house.close());

  it('gives clients that follow it the state of each room and its newest events', async () => {
    await fc.assert(
      fc.asyncProperty(
        actions,
        stateKeys,
        fc.integer({ min: 1, max: 4 }),
        fc.boolean(),
        async (story, stateKey, limit, inMemory) => {
          const sync = inMemory ? syncs.fromTail : syncs.fromLog;
          const room = await createRoom(rooms, ALICE, { preset: 'public_chat' });
          const client = new ClientView(bob, stateKey, limit);
          for (const [step, action] of [...story, 'join', 'say', 'sync'].entries()) {
            if (action === 'sync') await client.follow(sync);
            else await act(rooms, action as Action, step, room);
          }
          expect(client.state.get(room)).to.deep.equal(await stateOf(rooms, room));
          const shown = client.timeline.get(room) ?? [];
          expect(shown).to.deep.equal(await newestOf(rooms, room, shown.length));
          await act(rooms, 'leave', 0, room);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('answers the same from the rows in memory and from the log', async () => {
    await fc.assert(
      fc.asyncProperty(actions, stateKeys, async (story, stateKey) => {
        const room = await createRoom(rooms, ALICE, { preset: 'public_chat' });
        const [one, other] = [new ClientView(bob, stateKey, 2), new ClientView(bob, stateKey, 2)];
        for (const [step, action] of [...story, 'sync'].entries()) {
          if (action !== 'sync') await act(rooms, action as Action, step, room);
          else {
            const answers = [await one.follow(syncs.fromTail), await other.follow(syncs.fromLog)] as const;
            expect(roomOf(answers[0], room)).to.deep.equal(roomOf(answers[1], room));
          }
        }
        await act(rooms, 'leave', 0, room);
      }),
      { numRuns: 40 },
    );
  });
});

/** What two responses have to agree in: the log does not tell without a look whether the summary has changed. */
function roomOf({ rooms }: SyncBody, roomId: string): unknown {
  const { summary: _summary, ...join } = rooms?.join?.[roomId] ?? {};
  const leave = rooms?.leave?.[roomId];
  return JSON.parse(
    JSON.stringify({ join, leave }, (key, value) => (key === 'age' ? undefined : sortedState(key, value))),
  );
}

function sortedState(key: string, value: unknown): unknown {
  if (key !== 'state' && key !== 'state_after') return value;
  const { events } = value as { events: JsonObject[] };
  return {
    events: events.toSorted((one, other) => (String(one.event_id) < String(other.event_id) ? -1 : 1)),
  };
}
