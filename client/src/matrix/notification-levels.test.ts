import { expect } from 'chai';
import {
  findMuteEnd,
  findNextEnd,
  parseNotificationWishes,
  resolveLevel,
  rulesOf,
} from './notification-levels.ts';

const path = ['!channel', '!category', '!guild'];

describe('resolveLevel', () => {
  const resolve = (rooms: object) => resolveLevel(parseNotificationWishes({ rooms }), path);

  it('leaves alone what nobody wished for', () => {
    expect(resolve({ '!other': { level: 'none' } })).to.equal(undefined);
  });

  it('goes by the nearest level', () => {
    expect(resolve({ '!guild': { level: 'none' } })).to.equal('none');
    expect(resolve({ '!guild': { level: 'none' }, '!category': { level: 'mentions' } })).to.equal('mentions');
    expect(resolve({ '!category': { level: 'mentions' }, '!channel': { level: 'all' } })).to.equal('all');
    expect(resolve({ '!guild': { level: 'mentions' }, '!channel': {} })).to.equal('mentions');
  });

  it('goes back to what is usual when a wish was taken back', () => {
    expect(resolve({ '!guild': { mutedUntil: 500 } })).to.equal('default');
    expect(resolve({ '!channel': {} })).to.equal('default');
  });
});

describe('findMuteEnd', () => {
  it('finds the last end of what is muted around a channel', () => {
    const rooms = { '!guild': { mutedUntil: 2000 }, '!channel': { level: 'all', mutedUntil: 1500 } };
    const find = (now: number) => findMuteEnd(parseNotificationWishes({ rooms }), path, now);
    expect([find(1499), find(1999), find(2000)]).to.deep.equal([2000, 2000, undefined]);
    expect(findMuteEnd({ rooms: {} }, path, 0)).to.equal(undefined);
  });
});

describe('findNextEnd', () => {
  it('finds the first mute that ends after now', () => {
    const wishes = parseNotificationWishes({
      rooms: {
        '!a': { mutedUntil: 10 },
        '!b': { mutedUntil: 40 },
        '!c': { mutedUntil: 30 },
        '!d': { level: 'all' },
      },
    });
    expect(findNextEnd(wishes, 20)).to.equal(30);
    expect(findNextEnd(wishes, 40)).to.equal(undefined);
  });
});

describe('parseNotificationWishes', () => {
  it('drops what it does not understand', () => {
    expect(parseNotificationWishes('x')).to.deep.equal({ rooms: {} });
    const content = { rooms: { '!a': { level: 'loud', mutedUntil: 'soon' }, '!b': 7 } };
    expect(parseNotificationWishes(content)).to.deep.equal({ rooms: { '!a': {} } });
  });
});

describe('rulesOf', () => {
  it('lets mentions through unless nothing is to be heard', () => {
    expect(rulesOf('none')).to.deep.equal({ override: 'quiet', room: undefined });
    expect(rulesOf('mentions')).to.deep.equal({ override: undefined, room: 'quiet' });
    expect(rulesOf('all')).to.deep.equal({ override: undefined, room: 'notify' });
    expect(rulesOf('default')).to.deep.equal({ override: undefined, room: undefined });
    expect(rulesOf('mentions', true)).to.deep.equal({ override: 'quiet', room: 'quiet' });
  });
});
