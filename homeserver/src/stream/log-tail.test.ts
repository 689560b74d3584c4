import { expect } from 'chai';
import { LogKind, type LogRow } from '../storage/index.ts';
import { LogTail } from './log-tail.ts';

function rows(...positions: number[]): LogRow[] {
  return positions.map((position) => ({ position, kind: LogKind.Event, room: 1, ref: position }));
}

function positionsAfter(tail: LogTail, position: number): number[] | undefined {
  return tail.after(position)?.map((row) => row.position);
}

describe('the tail of the log', () => {
  it('gives the rows after a position, in order', () => {
    const tail = new LogTail(10, 4, rows(5, 6, 9));
    tail.add(rows(10, 12));
    expect(positionsAfter(tail, 4)).to.deep.equal([5, 6, 9, 10, 12]);
    expect(positionsAfter(tail, 6)).to.deep.equal([9, 10, 12]);
    expect(positionsAfter(tail, 11)).to.deep.equal([12]);
    expect(tail.newest).to.equal(12);
  });

  it('has nothing after the newest row', () => {
    const tail = new LogTail(10, 4, rows(5));
    expect(positionsAfter(tail, 5)).to.deep.equal([]);
    expect(positionsAfter(new LogTail(10, 0, []), 0)).to.deep.equal([]);
  });

  it('says so when a position is older than what it holds', () => {
    const tail = new LogTail(10, 4, rows(5, 6));
    expect(positionsAfter(tail, 3)).to.equal(undefined);
  });

  it('drops the oldest rows, and then knows that it lacks them', () => {
    const tail = new LogTail(3, 0, []);
    for (let position = 1; position <= 6; position += 1) tail.add(rows(position));
    expect(positionsAfter(tail, 2)).to.equal(undefined);
    expect(positionsAfter(tail, 3)).to.deep.equal([4, 5, 6]);
    tail.add(rows(7));
    expect(positionsAfter(tail, 3)).to.deep.equal([4, 5, 6, 7]);
  });
});
