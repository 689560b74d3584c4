import { expect } from 'chai';
import fc from 'fast-check';
import { ClientView, type Syncs, startSyncs, stateNow } from '../../test-kit/client-view.ts';
import type { JsonObject } from '../protocol/canonical-json.ts';
import { MatrixError } from '../protocol/errors.ts';
import {
  createRoom,
  joinRoom,
  kickUser,
  leaveRoom,
  type RoomsContext,
  sendEvent,
  setState,
  type Viewer,
} from '../rooms/index.ts';
import type { StateKey, SyncBody } from './index.ts';

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

describe('sync', function () {
  // Hundreds of small syncs, which take their time on a machine that has other work.
  this.timeout(60_000);
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
          const client = new ClientView(rooms, bob, stateKey, limit);
          for (const [step, action] of [...story, 'join', 'say', 'sync'].entries()) {
            if (action === 'sync') await client.follow(sync);
            else await act(rooms, action as Action, step, room);
          }
          expect(client.state.get(room)).to.deep.equal(await stateNow(rooms, room));
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
        const [one, other] = [
          new ClientView(rooms, bob, stateKey, 2),
          new ClientView(rooms, bob, stateKey, 2),
        ];
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
