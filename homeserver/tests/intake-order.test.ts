import { expect } from 'chai';
import fc from 'fast-check';
import { existingRoom, type IntakeContext, type RoomsContext, receiveEvent } from '../src/rooms/index.ts';
import { EventStatus } from '../src/storage/index.ts';
import { type Dice, fight, gatherPeople, meet, shuffled } from '../test-kit/random-history.ts';
import { adoptRoom, RemoteRoom, remoteKeys } from '../test-kit/remote-room.ts';
import {
  expectAsOnDisk,
  inOrder,
  restartedRooms,
  stateBefore,
  stateInMemory,
} from '../test-kit/room-on-disk.ts';
import { openTestRooms } from '../test-kit/rooms-for-tests.ts';

describe('The order in which events arrive', () => {
  for (const version of ['1', '2', '6', '11', '12']) {
    it(`does not matter for the state before any of them, nor for where they meet, in version ${version}`, async function () {
      this.timeout(120_000);
      const property = fc.asyncProperty(fc.noBias(fc.infiniteStream(fc.nat())), async (numbers) => {
        const dice: Dice = (below) => (numbers.next().value as number) % below;
        const { remote, history } = await randomHistory(version, dice);
        for (const order of [history, history.toReversed(), shuffled(history, dice)]) {
          await deliver(remote, order);
        }
      });
      await fc.assert(property, { numRuns: 3, endOnFailure: true });
    });
  }
});

/** A room in which people fight; the last event follows all that none follows. */
async function randomHistory(
  version: string,
  dice: Dice,
): Promise<{ remote: RemoteRoom; history: string[] }> {
  const remote = await RemoteRoom.create(version);
  await gatherPeople(remote);
  await meet(remote, await fight(remote, dice, 14));
  return { remote, history: remote.eventIds.slice(1) };
}

/** Hands a history over in some order, and checks the room on the way and at the end. */
async function deliver(remote: RemoteRoom, order: readonly string[]): Promise<void> {
  const { rooms, close } = await openTestRooms();
  try {
    const context: IntakeContext = { ...rooms, signingKeys: remoteKeys };
    await adoptRoom(context, remote);
    const room = await existingRoom(context, remote.roomId);
    for (const eventId of order) {
      await receiveEvent(context, remote.roomId, remote.json(eventId), remote);
      const newest = room.head.extremities.map((extremity) => extremity.eventId);
      expect(await stateInMemory(context, room)).to.deep.equal(inOrder(await remote.stateAfter(newest)));
    }
    await expectHistory(context, remote, order);
    expect(room.head.extremities.map(({ eventId }) => eventId)).to.deep.equal([remote.newest]);
    await expectAsOnDisk(context, room);
  } finally {
    await close();
  }
}

/** Every event was judged as the state before it wants, and that state is what its predecessors resolve to. */
async function expectHistory(
  context: RoomsContext,
  remote: RemoteRoom,
  order: readonly string[],
): Promise<void> {
  const { storage } = restartedRooms(context);
  for (const eventId of order) {
    const event = await storage.events.getById(eventId);
    if (event === undefined) throw new Error(`${eventId} was not stored`);
    expect(event.status === EventStatus.Rejected, event.eventId).to.equal(remote.isRejected(eventId));
    const before = inOrder(await remote.stateAfter(event.pdu.prev_events));
    expect(await stateBefore(context, event)).to.deep.equal(before);
  }
}
