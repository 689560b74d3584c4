import { expect } from 'chai';
import { readLinkedPlace } from './links.ts';

describe('readLinkedPlace', () => {
  it('reads rooms, aliases, messages and the servers that know the way', () => {
    expect(readLinkedPlace('https://matrix.to/#/!abc:hall?via=hall&via=far.example')).to.deep.equal({
      room: '!abc:hall',
      eventId: undefined,
      via: ['hall', 'far.example'],
    });
    expect(readLinkedPlace('https://matrix.to/#/%23maps%3Ahall')?.room).to.equal('#maps:hall');
    expect(readLinkedPlace('https://matrix.to/#/#maps:hall')?.room).to.equal('#maps:hall');
    expect(readLinkedPlace('https://matrix.to/#/!abc/%24one')).to.deep.equal({
      room: '!abc',
      eventId: '$one',
      via: [],
    });
  });

  it('takes nothing else for a place', () => {
    for (const href of [
      'https://matrix.to/#/@ada:hall',
      'https://matrix.to/',
      'https://matrix.to.example/#/!abc',
      'https://example.org/#/!abc',
      'https://matrix.to/#/%E0%A4%A',
    ])
      expect(readLinkedPlace(href), href).to.equal(undefined);
  });
});
