import { expect } from 'chai';
import fc from 'fast-check';
import {
  createRoom,
  createRooms,
  existingRoom,
  joinRoom,
  leaveRoom,
  type RoomsContext,
  receiveEvent,
  redactEvent,
  sendEvent,
  setState,
} from '../src/rooms/index.ts';
import { openStorage, type TransactionKey } from '../src/storage/index.ts';
import { eventually } from '../test-kit/eventually.ts';
import { type Dice, fight, gatherPeople, meet, shuffled } from '../test-kit/random-history.ts';
import { adoptRoom, RemoteRoom, remoteKeys } from '../test-kit/remote-room.ts';
import { expectAsOnDisk, inOrder, stateInMemory, timelineOf } from '../test-kit/room-on-disk.ts';
import { openTestRooms, type TestRooms } from '../test-kit/rooms-for-tests.ts';
import { testDialect } from '../test-kit/test-database.ts';

/** What somebody does at one of the processes. */
type Step = { readonly at: 0 | 1 } & (
  | { readonly kind: 'message' | 'join' | 'leave' | 'redact'; readonly user: number }
  | { readonly kind: 'state'; readonly key: number }
);

const USERS = ['@a:test', '@b:test', '@c:test', '@d:test'];
const CREATOR = '@creator:test';

const at = fc.constantFrom(0 as const, 1 as const);
const user = fc.nat({ max: USERS.length - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ at, kind: fc.constantFrom('message' as const, 'join' as const, 'leave' as const), user }),
  fc.record({ at, kind: fc.constant('redact' as const), user }),
  { weight: 4, arbitrary: fc.record({ at, kind: fc.constant('state' as const), key: fc.nat({ max: 40 }) }) },
);

if (testDialect === 'postgres') {
  describe('The rooms of two processes', function () {
    this.timeout(120_000);
    let house: TestRooms;
    let processes: [RoomsContext, RoomsContext];
    let transactions = 0;

    before(async () => {
      house = await openTestRooms();
      const storage = await openStorage({ url: house.url, onError: () => undefined });
      processes = [house.rooms, createRooms({ ...house.rooms, storage })];
    });
    after(async () => {
      await processes[1].storage.database.close();
      await house.close();
    });

    const transaction = (scope: string): TransactionKey => {
      transactions += 1;
      return { userNid: 1, deviceId: 'D', scope, txnId: String(transactions) };
    };

    /** What is refused is no matter: somebody who is not in the room, say. */
    async function run(roomId: string, doing: Step, number: number): Promise<void> {
      const context = processes[doing.at];
      const sender = 'user' in doing ? (USERS[doing.user] ?? '') : CREATOR;
      const target = { roomId, sender };
      const content = { number };
      const done = {
        message: () => sendEvent(context, target, 'org.example.note', content, transaction('send')),
        join: () => joinRoom(context, sender, roomId),
        leave: () => leaveRoom(context, target),
        redact: async () => {
          const [newest] = [...(await existingRoom(context, roomId)).state.values()].slice(-1);
          return redactEvent(
            context,
            { roomId, sender: CREATOR },
            newest?.eventId ?? '',
            {},
            transaction('redact'),
          );
        },
        state: () =>
          setState(context, target, 'org.example.item', 'key' in doing ? `${doing.key}` : '', content),
      }[doing.kind]();
      await done.catch((error: { status?: number }) => {
        if (error.status !== 403 && error.status !== 404) throw error;
      });
    }

    it('are in memory what they are on the disk, whoever changed them, one by one or at once', () =>
      fc.assert(
        fc.asyncProperty(fc.array(fc.array(step, { maxLength: 8 }), { maxLength: 30 }), async (rounds) => {
          const roomId = await createRoom(processes[0], CREATOR, { preset: 'public_chat' });
          let number = 0;
          for (const round of rounds) {
            await Promise.all(
              round.map((doing) => {
                number += 1;
                return run(roomId, doing, number);
              }),
            );
          }
          const timelines: string[][] = [];
          for (const context of processes) {
            await context.storage.database.neighbours.caughtUp();
            const room = await existingRoom(context, roomId);
            expect(room.head).to.equal(room.committed);
            await expectAsOnDisk(context, room);
            timelines.push(await timelineOf(context, room));
          }
          expect(timelines[0]).to.deep.equal(timelines[1]);
        }),
        { numRuns: 15 },
      ));

    it('are the same where branches meet that either received, also when state vanishes', () =>
      fc.assert(
        fc.asyncProperty(fc.noBias(fc.infiniteStream(fc.nat())), async (numbers) => {
          const dice: Dice = (below) => (numbers.next().value as number) % below;
          const remote = await RemoteRoom.create('12');
          await gatherPeople(remote);
          await meet(remote, await fight(remote, dice, 14));
          const contexts = processes.map((context) => ({ ...context, signingKeys: remoteKeys }));
          const [first] = contexts;
          if (first === undefined) throw new Error('there are two');
          await adoptRoom(first, remote);
          for (const eventId of shuffled(remote.eventIds.slice(1), dice)) {
            const at = contexts[dice(2)] ?? first;
            await receiveEvent(at, remote.roomId, remote.json(eventId), remote);
            for (const context of contexts) {
              await context.storage.database.neighbours.caughtUp();
              const room = await existingRoom(context, remote.roomId);
              const newest = room.head.extremities.map((extremity) => extremity.eventId);
              expect(await stateInMemory(context, room)).to.deep.equal(
                inOrder(await remote.stateAfter(newest)),
              );
              // Who is in which room is told by no row where people are of other servers: it may take a moment longer.
              await eventually(() =>
                expectAsOnDisk(context, room).then(
                  () => true,
                  () => false,
                ),
              );
            }
          }
        }),
        { numRuns: 5, endOnFailure: true },
      ));
  });
}
