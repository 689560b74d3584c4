import { expect } from 'chai';
import { NO_NEIGHBOURS } from '../storage/database/neighbours.ts';
import { changeInTurn } from './change-in-turn.ts';
import type { RoomsContext } from './context.ts';
import { Room } from './room.ts';

const EMPTY = { version: 0, extremities: [], depth: 0, snapshotNid: 0, blocks: [0, 0, 0, 0] } as const;

/** A room that another process was first in, and how often it is held. */
function contendedRoom(holdRoom: () => Promise<void> = async () => undefined) {
  const room = new Room({ nid: 1, roomId: '!r', rules: {} as Room['rules'] }, null, false, EMPTY);
  const holds = { taken: 0, released: 0 };
  const neighbours = {
    ...NO_NEIGHBOURS,
    async holdRoom() {
      await holdRoom();
      holds.taken += 1;
      return async () => {
        holds.released += 1;
      };
    },
  };
  const context = { storage: { database: { neighbours } } } as unknown as RoomsContext;
  room.contention.note();
  return { room, holds, change: (task: () => Promise<void>) => changeInTurn(context, room, task) };
}

describe('A turn in a room that several processes change', () => {
  it('is one for all the changes that wait when it begins', async () => {
    const { holds, change } = contendedRoom();
    await Promise.all([1, 2, 3].map(() => change(async () => undefined)));
    expect(holds).to.deep.equal({ taken: 1, released: 1 });
  });

  it('lets go only when everything is written, also when it was refused', async () => {
    const { room, holds, change } = contendedRoom();
    const { promise, reject } = Promise.withResolvers<void>();
    room.lastCommit = promise;
    const changed = change(async () => undefined);
    await new Promise(setImmediate);
    expect(room.contention.isHeld).to.equal(true);
    expect(holds).to.deep.equal({ taken: 1, released: 0 });
    reject(new Error('refused'));
    await changed;
    expect(holds).to.deep.equal({ taken: 1, released: 1 });
  });

  it('is followed by others for as long as somebody else writes in between', async () => {
    const { room, holds, change } = contendedRoom();
    await change(async () => undefined);
    room.commit({ ...EMPTY, version: 5 });
    await change(async () => undefined);
    await change(async () => undefined);
    expect(holds.taken).to.equal(3);
    await change(async () => undefined);
    expect(holds).to.deep.equal({ taken: 3, released: 3 });
  });

  it('ends with the last change, though something else waits in the queue', async () => {
    const { room, holds, change } = contendedRoom();
    const changed = change(async () => undefined);
    const purged = room.queue.run(async () => undefined);
    await Promise.all([changed, purged]);
    expect(holds).to.deep.equal({ taken: 1, released: 1 });
  });

  it('ends when a change fails, and begins again after one that could not begin', async () => {
    const failures = [new Error('lock timeout'), undefined];
    const { room, holds, change } = contendedRoom(async () => {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
    });
    const failed = await change(async () => undefined).catch((error: Error) => error.message);
    expect(failed).to.equal('lock timeout');
    room.contention.note();
    await change(() => Promise.reject(new Error('refused'))).catch(() => undefined);
    expect(holds).to.deep.equal({ taken: 1, released: 1 });
  });
});
