import { expect } from 'chai';
import { ManualClock } from '../../test-kit/manual-clock.ts';
import { type EphemeralChange, EphemeralLog } from './ephemeral-log.ts';

const ignore = (): void => {};

function createLog() {
  const heard: { change: EphemeralChange; position: number }[] = [];
  const clock = new ManualClock();
  const log = new EphemeralLog({ clock, onChange: (change, position) => heard.push({ change, position }) });
  return { clock, heard, log };
}

describe('EphemeralLog', () => {
  it('tells which rooms and users changed after a position', () => {
    const { log } = createLog();
    log.append({ kind: 'typing', roomId: '!a:x' }, ignore);
    const position = log.position;
    log.append({ kind: 'typing', roomId: '!b:x' }, ignore);
    log.append({ kind: 'presence', userId: '@u:x' }, ignore);
    log.append({ kind: 'typing', roomId: '!b:x' }, ignore);
    expect(log.changesSince(position)).to.deep.equal({ rooms: new Set(['!b:x']), users: new Set(['@u:x']) });
    expect(log.changesSince(log.position)).to.deep.equal({ rooms: new Set(), users: new Set() });
  });

  it('shows a change in memory before anybody hears of it', () => {
    const order: string[] = [];
    const log = new EphemeralLog({ clock: new ManualClock(), onChange: () => order.push('heard') });
    log.append({ kind: 'typing', roomId: '!a:x' }, () => order.push('shown'));
    expect(order).to.deep.equal(['shown', 'heard']);
  });

  it('is ahead of what an earlier process gave out, and does not claim to know it', async () => {
    const { clock, log } = createLog();
    for (let count = 0; count < 100; count += 1) log.append({ kind: 'typing', roomId: '!a:x' }, ignore);
    await clock.advance(200);
    const restarted = new EphemeralLog({ clock, onChange: ignore });
    expect(restarted.position).to.be.above(log.position);
    expect(restarted.changesSince(log.position)).to.equal(undefined);
    expect(restarted.isCurrent(log.position)).to.equal(false);
    expect(restarted.changesSince(restarted.position + 1)).to.equal(undefined);
  });

  it('makes of a position of another process one that misses nothing, and repeats only what is new', async () => {
    const { clock, log } = createLog();
    const other = new EphemeralLog({ clock, onChange: ignore });
    log.append({ kind: 'typing', roomId: '!old:x' }, ignore);
    await clock.advance(60_000);
    log.append({ kind: 'typing', roomId: '!lately:x' }, ignore);
    other.append({ kind: 'typing', roomId: '!there:x' }, ignore);
    log.append({ kind: 'typing', roomId: '!after:x' }, ignore);
    expect(log.localPosition(log.position)).to.equal(log.position);
    const rooms = () => log.changesSince(log.localPosition(other.position))?.rooms;
    expect(rooms()).to.deep.equal(new Set(['!lately:x', '!after:x']));
    await clock.advance(60_000);
    other.append({ kind: 'typing', roomId: '!there:x' }, ignore);
    expect(rooms()).to.deep.equal(new Set());
  });

  it('forgets old changes and says so', () => {
    const { log } = createLog();
    const start = log.position;
    const positions: number[] = [];
    for (let count = 0; count < 20_000; count += 1) {
      log.append({ kind: 'typing', roomId: `!${count}` }, (position) => positions.push(position));
    }
    expect(log.changesSince(start)).to.equal(undefined);
    expect(log.isCurrent(start)).to.equal(true);
    expect(log.changesSince(log.position - 1)?.rooms).to.deep.equal(new Set(['!19999']));
    expect(log.changesSince(positions.at(-10_001) ?? 0)?.rooms.size).to.equal(10_000);
    expect(log.changesSince(positions.at(-10_002) ?? 0)).to.equal(undefined);
  });
});
