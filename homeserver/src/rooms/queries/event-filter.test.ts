import { expect } from 'chai';
import { array, assert, constantFrom, property } from 'fast-check';
import { passesFilter } from './event-filter.ts';

const event = { type: 'm.room.message', sender: '@a:test', content: { url: 'mxc://test/x' } };

describe('passesFilter', () => {
  it('lets everything through that an empty filter says nothing about', () => {
    expect(passesFilter({}, '!r', event)).to.equal(true);
  });

  it('lets nothing through an empty list of what is wanted', () => {
    for (const key of ['types', 'senders', 'rooms']) {
      expect(passesFilter({ [key]: [] }, '!r', event), key).to.equal(false);
      expect(passesFilter({ [`not_${key}`]: [] }, '!r', event), key).to.equal(true);
    }
  });

  it('refuses what is both wanted and not', () => {
    const filters = [
      { types: ['m.*'], not_types: ['m.room.message'] },
      { senders: ['@a:test'], not_senders: ['@a:test'] },
      { rooms: ['!r'], not_rooms: ['!r'] },
    ];
    for (const filter of filters) expect(passesFilter(filter, '!r', event)).to.equal(false);
  });

  it('looks for a URL that is text', () => {
    expect(passesFilter({ contains_url: true }, '!r', event)).to.equal(true);
    expect(passesFilter({ contains_url: false }, '!r', event)).to.equal(false);
    expect(passesFilter({ contains_url: true }, '!r', { ...event, content: { url: 5 } })).to.equal(false);
  });

  it('takes wildcards of types as a regular expression would', async () => {
    const text = array(constantFrom('a', 'b', '.'), { maxLength: 8 }).map((parts) => parts.join(''));
    const pattern = array(constantFrom('a', 'b', '.', '*'), { maxLength: 8 }).map((parts) => parts.join(''));
    await assert(
      property(pattern, text, (types, type) => {
        const expression = new RegExp(`^${types.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
        expect(passesFilter({ types: [types] }, '!r', { ...event, type })).to.equal(expression.test(type));
      }),
      { numRuns: 2000 },
    );
  });

  it('is not slowed down by a pattern that is all wildcards', () => {
    const started = performance.now();
    const types = [`${'*a'.repeat(100)}b`];
    for (let index = 0; index < 100; index += 1) {
      expect(passesFilter({ types }, '!r', { ...event, type: 'a'.repeat(255) })).to.equal(false);
    }
    expect(performance.now() - started).to.be.below(1000);
  });
});
