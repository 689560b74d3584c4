import { expect } from 'chai';
import { Contention } from './contention.ts';
import { SerialQueue } from './serial-queue.ts';

/** A room whose holds are counted, and what happened to it. */
function createRoom() {
  const story: string[] = [];
  const room = {
    nid: 1,
    queue: new SerialQueue(),
    committed: { version: 1 },
    lastCommit: Promise.resolve() as Promise<unknown>,
  };
  const contention = new Contention(room);
  const neighbours = {
    holdRoom: async () => {
      story.push('held');
      return async () => void story.push('released');
    },
  };
  const change = (name: string): Promise<void> =>
    room.queue.run(async () => {
      await contention.begin(neighbours);
      story.push(name);
      room.committed = { version: room.committed.version + 1 };
      await contention.end();
    });
  return { story, room, contention, change };
}

describe('Contention', () => {
  it('costs nothing while no other process is in the way', async () => {
    const { story, change } = createRoom();
    await change('a');
    expect(story).to.deep.equal(['a']);
  });

  it('holds the room, after a conflict, for all that waits, and not for what comes later', async () => {
    const { story, contention, change } = createRoom();
    contention.note();
    const waiting = ['a', 'b', 'c'].map(change);
    await waiting[0];
    await Promise.all([...waiting, change('d')]);
    expect(story).to.deep.equal(['held', 'a', 'b', 'c', 'released', 'held', 'd', 'released']);
  });

  it('lets go only when everything is written, also when it was refused', async () => {
    const { story, room, contention, change } = createRoom();
    contention.note();
    const { promise, reject } = Promise.withResolvers<void>();
    room.lastCommit = promise;
    const changed = change('a');
    await new Promise(setImmediate);
    expect(story).to.deep.equal(['held', 'a']);
    expect(contention.isHeld).to.equal(true);
    reject(new Error('refused'));
    await changed;
    expect(story).to.deep.equal(['held', 'a', 'released']);
  });

  it('goes on for as long as somebody else writes between two turns', async () => {
    const { story, room, contention, change } = createRoom();
    contention.note();
    await change('a');
    room.committed = { version: 10 };
    await change('b');
    await change('c');
    await change('d');
    expect(story).to.deep.equal([
      'held',
      'a',
      'released',
      'held',
      'b',
      'released',
      'held',
      'c',
      'released',
      'd',
    ]);
  });
});
