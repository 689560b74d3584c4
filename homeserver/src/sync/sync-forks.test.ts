import { expect } from 'chai';
import fc from 'fast-check';
import { ClientView, type Syncs, startSyncs, stateNow } from '../../test-kit/client-view.ts';
import { type Dice, fight, gatherPeople, meet } from '../../test-kit/random-history.ts';
import { adoptRoom, anyKeys, RemoteRoom } from '../../test-kit/remote-room.ts';
import { type IntakeContext, receiveEvent, type Viewer } from '../rooms/index.ts';

describe('sync over rooms whose history forks', () => {
  let syncs: Syncs;
  let alice: Viewer;
  before(async () => {
    syncs = await startSyncs();
    alice = await syncs.house.user('alice');
  });
  after(() => syncs.house.close());

  for (const stateKey of ['state', 'state_after'] as const) {
    it(`leaves clients with the current state, whatever branches win, in ${stateKey}`, async function () {
      this.timeout(60_000);
      const property = fc.asyncProperty(
        fc.noBias(fc.infiniteStream(fc.nat())),
        fc.boolean(),
        async (numbers, inMemory) => {
          const dice: Dice = (below) => (numbers.next().value as number) % below;
          const { rooms } = syncs.house;
          const context: IntakeContext = { ...rooms, signingKeys: anyKeys };
          const remote = await RemoteRoom.create(dice(2) === 0 ? '10' : '12');
          await adoptRoom(context, remote);
          const receive = (eventId: string) =>
            receiveEvent(context, remote.roomId, remote.json(eventId), remote);
          await gatherPeople(remote);
          await remote.send([remote.newest], {
            type: 'm.room.member',
            sender: alice.userId,
            stateKey: alice.userId,
            content: { membership: 'join' },
          });
          for (const eventId of remote.eventIds) await receive(eventId);
          const known = remote.eventIds.length;

          const client = new ClientView(rooms, alice, stateKey, 1 + dice(6));
          const sync = inMemory ? syncs.fromTail : syncs.fromLog;
          const leaves = await fight(remote, dice, 20, [alice.userId]);
          const expectSame = async () => {
            await client.follow(sync);
            const mine = (await rooms.userRooms.of(alice.userNid)).get(
              (await rooms.registry.byId(remote.roomId))?.nid ?? 0,
            );
            const seen = client.state.get(remote.roomId);
            if (mine?.membership !== 'join') expect(seen).to.equal(undefined);
            else expect(sorted(seen)).to.deep.equal(sorted(await stateNow(rooms, remote.roomId)));
          };
          await expectSame();
          for (const eventId of remote.eventIds.slice(known)) {
            await receive(eventId);
            if (dice(3) === 0) await expectSame();
          }
          await expectSame();
          await receive(await meet(remote, leaves));
          await expectSame();
        },
      );
      await fc.assert(property, { numRuns: 20, endOnFailure: true });
    });
  }
});

function sorted(state: ReadonlyMap<string, string> = new Map()): [string, string][] {
  return [...state].sort(([one], [other]) => (one < other ? -1 : 1));
}
