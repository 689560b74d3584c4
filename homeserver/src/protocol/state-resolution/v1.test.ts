import { expect } from 'chai';
import { ALICE, BOB, joinedRoom, levelsOf } from './fixtures.ts';
import { stateMapKey } from './state-map.ts';

describe('state resolution of version 1', () => {
  it('follows power levels from the least deep on for as long as each allows the next', async () => {
    const { room, start } = await joinedRoom('1', { [BOB]: 75 });
    const set = (sender: string, bob: number) => ({
      type: 'm.room.power_levels',
      sender,
      stateKey: '',
      content: levelsOf('1', { [BOB]: bob }),
    });
    const demoted = await room.send([start], set(ALICE, 0));
    const between = await room.send([start], { type: 'm.room.topic', sender: ALICE, stateKey: '' });
    const byBob = await room.send([between], set(BOB, 50));
    const resolved = await room.resolve([demoted.state, byBob.state]);
    expect(room.contentOf(resolved, 'm.room.power_levels')).to.deep.equal(levelsOf('1', { [BOB]: 0 }));
  });

  it('tells depths beyond 2^53 apart', async () => {
    const { room, start } = await joinedRoom('1', {});
    const topic = (text: string) => ({
      type: 'm.room.topic',
      sender: ALICE,
      stateKey: '',
      content: { topic: text },
    });
    const one = await room.send([start], topic('one'));
    const two = await room.send([start], topic('two'));
    const deepen = (eventId: string, digits: string) =>
      Object.assign(room.events.get(eventId) ?? {}, {
        depth: 2 ** 63,
        exact: { depth: { rawJSON: digits } },
      });
    for (const [deepest, other, expected] of [
      [one, two, 'one'],
      [two, one, 'two'],
    ] as const) {
      deepen(deepest.eventId, '9223372036854775807');
      deepen(other.eventId, '9223372036854775806');
      const resolved = await room.resolve([one.state, two.state]);
      expect(room.contentOf(resolved, 'm.room.topic')).to.deep.equal({ topic: expected });
    }
  });

  it('has no use for rejected events', async () => {
    const { room, start } = await joinedRoom('1', {});
    const topic = (text: string) => ({
      type: 'm.room.topic',
      sender: ALICE,
      stateKey: '',
      content: { topic: text },
    });
    const one = await room.send([start], topic('one'));
    const two = await room.send([one], topic('two'));
    room.rejected.add(two.eventId);
    const resolved = await room.resolve([one.state, two.state]);
    expect(room.contentOf(resolved, 'm.room.topic')).to.deep.equal({ topic: 'one' });
  });

  it('authorises nothing by rejected events, also where the states agree on them', async () => {
    const { room, start } = await joinedRoom('1', { [BOB]: 75 });
    const topic = (sender: string) => ({
      type: 'm.room.topic',
      sender,
      stateKey: '',
      content: { by: sender },
    });
    const byBob = await room.send([await room.send([start], topic(ALICE))], topic(BOB));
    const byAlice = await room.send([start], topic(ALICE));
    const resolve = async () =>
      room.contentOf(await room.resolve([byAlice.state, byBob.state]), 'm.room.topic');
    expect(await resolve()).to.deep.equal({ by: BOB });
    room.rejected.add(start.state.get(stateMapKey('m.room.power_levels', '')) ?? '');
    expect(await resolve()).to.deep.equal({ by: ALICE });
  });
});
