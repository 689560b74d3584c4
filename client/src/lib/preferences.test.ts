import { expect } from 'chai';
import { parsePreferences } from './preferences.ts';

describe('parsePreferences', () => {
  it('begins with the members shown and nothing collapsed', () => {
    expect(parsePreferences({})).to.deep.equal({
      collapsedCategories: [],
      showsMembers: true,
      showsPreviews: true,
      lastChannels: {},
      recentChannels: [],
      seenThreads: {},
      lastPath: undefined,
    });
  });

  it('reads what was kept', () => {
    const kept = {
      collapsedCategories: ['!games'],
      showsMembers: false,
      showsPreviews: false,
      lastChannels: { '!guild': '!general' },
      recentChannels: ['!general'],
      seenThreads: { $root: 1000 },
      lastPath: '/home',
    };
    expect(parsePreferences(JSON.parse(JSON.stringify(kept)))).to.deep.equal(kept);
  });

  it('drops what it does not understand', () => {
    const parsed = parsePreferences({
      collapsedCategories: ['!games', 7, null],
      showsMembers: 'no',
      lastChannels: { '!guild': 9, '!other': '!a' },
      seenThreads: { $root: 'long ago' },
      lastPath: [],
    });
    expect(parsed).to.deep.equal({
      collapsedCategories: ['!games'],
      showsMembers: true,
      showsPreviews: true,
      lastChannels: { '!other': '!a' },
      recentChannels: [],
      seenThreads: {},
      lastPath: undefined,
    });
    expect(parsePreferences('nonsense')).to.deep.equal(parsePreferences({}));
  });
});
