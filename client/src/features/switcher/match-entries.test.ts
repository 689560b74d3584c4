import { expect } from 'chai';
import type { LucideIcon } from 'lucide-react';
import type { Place } from '../../matrix/types.ts';
import type { MenuEntry } from '../../ui/Menu.tsx';
import { matchEntries, type SwitcherSources } from './match-entries.ts';

const quiet = { unread: false, mentions: 0 };
const guildless = { guildId: undefined, guildName: undefined, category: undefined };

function channel(name: string, unread: Partial<typeof quiet> = {}): Place {
  return { kind: 'channel', id: `!${name}`, name, ...guildless, ...quiet, ...unread };
}

function person(name: string): Place {
  const unknown = { userId: `@${name}:hall`, avatarMxc: undefined, channelId: undefined };
  return { kind: 'person', id: `@${name}:hall`, name, presence: 'offline', ...unknown, ...quiet };
}

const action: MenuEntry = {
  id: 'leave',
  label: 'Leave the guild',
  icon: {} as LucideIcon,
  perform: () => undefined,
};

function match(
  places: readonly Place[],
  typed: string,
  more: Partial<SwitcherSources> = {},
): readonly string[] {
  const entries = matchEntries({ places, actions: [action], recent: [], ...more }, typed);
  return entries.map((entry) => (entry.type === 'place' ? entry.place.name : entry.action.label));
}

describe('matchEntries', () => {
  it('puts beginnings before words, words before parts, and parts before scattered letters', () => {
    const places = ['evening-plans', 'replan', 'planets', 'pale lanterns'].map((name) => channel(name));
    expect(match(places, 'plan')).to.deep.equal(['planets', 'evening-plans', 'replan', 'pale lanterns']);
  });

  it('leaves out what does not fit', () => {
    expect(match([channel('general')], 'xyz')).to.deep.equal([]);
  });

  it('puts what is meant for us first among equals, then what is new, then what was open last', () => {
    const places = [
      channel('game-a'),
      channel('game-b'),
      channel('game-c', { unread: true }),
      channel('game-d', { unread: true, mentions: 1 }),
    ];
    expect(match(places, 'game', { recent: ['!game-b'] })).to.deep.equal([
      'game-d',
      'game-c',
      'game-b',
      'game-a',
    ]);
  });

  it('begins with what is new and what was open last', () => {
    const places = [channel('old'), channel('recent'), channel('new', { unread: true })];
    expect(match(places, '', { recent: ['!recent'] })).to.deep.equal(['new', 'recent']);
  });

  it('narrows the search by a sign', () => {
    const places = [channel('leaves'), person('Lea')];
    expect(match(places, 'lea')).to.deep.equal(['leaves', 'Lea', 'Leave the guild']);
    expect(match(places, '#lea')).to.deep.equal(['leaves']);
    expect(match(places, '@lea')).to.deep.equal(['Lea']);
    expect(match(places, '>lea')).to.deep.equal(['Leave the guild']);
    expect(match(places, '@')).to.deep.equal(['Lea']);
  });
});
