import { expect } from 'chai';
import type { Message } from '../../matrix/types.ts';
import { findNextIndex } from './row-keys.ts';

const message = (key: string): { type: 'message'; key: string; message: Message; continued: boolean } => ({
  type: 'message',
  key,
  message: {} as Message,
  continued: false,
});

/** Messages at 1, 3 and 4. */
const rows = [
  { type: 'intro', key: 'intro' } as const,
  message('a'),
  { type: 'unread', key: 'unread' } as const,
  message('b'),
  message('c'),
];

describe('findNextIndex', () => {
  it('goes from message to message, over whatever lies between', () => {
    expect(findNextIndex(rows, 3, 'ArrowUp')).to.equal(1);
    expect(findNextIndex(rows, 1, 'ArrowDown')).to.equal(3);
  });

  it('stays at the ends', () => {
    expect(findNextIndex(rows, 1, 'ArrowUp')).to.equal(1);
    expect(findNextIndex(rows, 4, 'ArrowDown')).to.equal(4);
    expect(findNextIndex(rows, 3, 'PageUp')).to.equal(1);
  });

  it('leaps to the ends', () => {
    expect(findNextIndex(rows, 3, 'Home')).to.equal(1);
    expect(findNextIndex(rows, 1, 'End')).to.equal(4);
  });

  it('leaves other keys alone', () => {
    expect(findNextIndex(rows, 3, 'r')).to.equal(undefined);
  });
});
