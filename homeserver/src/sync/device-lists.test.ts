import { expect } from 'chai';
import fc from 'fast-check';
import { type Syncs, startSyncs } from '../../test-kit/client-view.ts';
import { createRoom, joinRoom, leaveRoom, type Viewer } from '../rooms/index.ts';
import { UnitOfWork } from '../storage/index.ts';
import { formatStreamToken } from '../stream/index.ts';

const ENCRYPTION = {
  type: 'm.room.encryption',
  stateKey: '',
  content: { algorithm: 'm.megolm.v1.aes-sha2' },
};

/** What may happen: somebody's keys change, or they go into a room, or out of it if they are in. */
const step = fc.record({
  what: fc.constantFrom('keys', 'move', 'sync'),
  who: fc.nat(3),
  where: fc.nat(2),
});

/** People, the viewer first, who are in all rooms at first. The last room is not encrypted. */
class World {
  readonly syncs: Syncs;
  readonly people: readonly Viewer[];
  readonly rooms: readonly {
    readonly id: string;
    readonly isEncrypted: boolean;
    readonly members: Set<number>;
  }[];

  static async begin(syncs: Syncs, people: readonly Viewer[], host: Viewer): Promise<World> {
    const rooms = [];
    for (const isEncrypted of [true, true, false]) {
      const initialState = isEncrypted ? [ENCRYPTION] : [];
      const members = people.map(({ userId }) => userId);
      const request = { preset: 'public_chat', initialState, members } as const;
      const id = await createRoom(syncs.house.rooms, host.userId, request);
      await leaveRoom(syncs.house.rooms, { roomId: id, sender: host.userId });
      rooms.push({ id, isEncrypted, members: new Set(people.keys()) });
    }
    return new World(syncs, people, rooms);
  }

  private constructor(syncs: Syncs, people: readonly Viewer[], rooms: World['rooms']) {
    this.syncs = syncs;
    this.people = people;
    this.rooms = rooms;
  }

  /** Whose keys the viewer may look at: of all rooms, or of the encrypted ones. */
  sharing(onlyEncrypted: boolean): Set<string> {
    const shared = this.rooms.filter((room) => room.members.has(0) && (room.isEncrypted || !onlyEncrypted));
    const nearby = shared.flatMap(({ members }) => [...members].filter((index) => index !== 0));
    return new Set(nearby.map((index) => this.people[index]?.userId ?? ''));
  }

  async move(who: number, where: number): Promise<void> {
    const room = this.rooms[where];
    const sender = this.people[who]?.userId ?? '';
    if (room === undefined) return;
    if (room.members.delete(who)) {
      await leaveRoom(this.syncs.house.rooms, { roomId: room.id, sender });
    } else {
      room.members.add(who);
      await joinRoom(this.syncs.house.rooms, sender, room.id);
    }
  }

  async changeKeys(who: number): Promise<string> {
    const person = this.people[who];
    const { deviceLists, database } = this.syncs.house.rooms.storage;
    const unit = new UnitOfWork();
    deviceLists.noteChange(unit, person?.userNid ?? 0, 'DEVICE');
    await database.commit(unit);
    return person?.userId ?? '';
  }

  async token(): Promise<string> {
    const position = await this.syncs.house.rooms.storage.log.newest();
    return formatStreamToken({ epoch: 'epoch', position, ephemeral: 0 });
  }
}

describe('device lists', () => {
  let syncs: Syncs;
  let people: Viewer[];
  let host: Viewer;
  before(async () => {
    syncs = await startSyncs();
    people = [];
    for (const name of ['viewer', 'one', 'two', 'three']) people.push(await syncs.house.user(name));
    host = await syncs.house.user('host');
  });
  after(() => syncs.house.close());

  it('tell a client all that it has to know, from memory as from the log', function () {
    this.timeout(60_000);
    return fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        const world = await World.begin(syncs, people, host);
        let from = await world.token();
        let before = world.sharing(true);
        const followed = new Set(before);
        const renewed = new Set<string>();
        for (const { what, who, where } of [...steps, { what: 'sync', who: 0, where: 0 }]) {
          if (what === 'move') await world.move(who, where);
          if (what === 'keys') renewed.add(await world.changeKeys(who));
          if (what !== 'sync') continue;
          const to = await world.token();
          const [viewer] = people;
          if (viewer === undefined) throw new Error('there is nobody');
          const lists = await syncs.fromTail.keyChanges(viewer, from, to);
          const fromLog = await syncs.fromLog.keyChanges(viewer, from, to);
          expect(sorted(fromLog)).to.deep.equal(sorted(lists));
          for (const userId of lists.changed) followed.add(userId);
          for (const userId of lists.left) followed.delete(userId);
          const near = world.sharing(true);
          expect([...followed]).to.include.members([...near]);
          for (const userId of [...lists.changed, ...near]) expect(lists.left).not.to.include(userId);
          expect(lists.left).to.include.members([...before].filter((userId) => !near.has(userId)));
          const told = [...world.sharing(false), viewer.userId].filter((userId) => renewed.has(userId));
          expect([...lists.changed, ...lists.left]).to.include.members(told);
          [from, before] = [to, near];
          renewed.clear();
        }
        for (const [where, { members }] of world.rooms.entries()) {
          for (const who of [...members]) await world.move(who, where);
        }
      }),
      { numRuns: 25 },
    );
  });
});

function sorted({ changed, left }: { changed: string[]; left: string[] }): object {
  return { changed: changed.toSorted(), left: left.toSorted() };
}
