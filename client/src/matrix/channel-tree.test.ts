import { expect } from 'chai';
import {
  buildChannelTree,
  type KnownRoom,
  listChannels,
  type RoomDirectory,
  type SpaceChild,
  sortChildren,
} from './channel-tree.ts';

function child(roomId: string, timestamp = 0, order?: string): SpaceChild {
  return { roomId, timestamp, order };
}

function room(roomId: string, changes: Partial<KnownRoom> = {}): KnownRoom {
  return {
    roomId,
    name: roomId.slice(1),
    isCategory: false,
    joined: true,
    unread: false,
    mentions: 0,
    ...changes,
  };
}

function directory(
  rooms: readonly KnownRoom[],
  children: Record<string, readonly SpaceChild[]>,
): RoomDirectory {
  const byId = new Map(rooms.map((known) => [known.roomId, known]));
  return { findRoom: (id) => byId.get(id), listChildren: (id) => children[id] ?? [] };
}

describe('sortChildren', () => {
  const sorted = (...children: SpaceChild[]): string[] => sortChildren(children).map(({ roomId }) => roomId);

  it('puts ordered children first, then the oldest', () => {
    expect(
      sorted(child('!new', 9), child('!old', 1), child('!b', 5, 'b'), child('!a', 7, 'a')),
    ).to.deep.equal(['!a', '!b', '!old', '!new']);
  });

  it('compares orders by code point, not by language', () => {
    expect(sorted(child('!a', 0, 'a'), child('!z', 0, 'Z'))).to.deep.equal(['!z', '!a']);
  });

  it('treats an invalid order as none', () => {
    expect(
      sorted(child('!bad', 1, 'ä'), child('!long', 2, 'x'.repeat(51)), child('!good', 3, 'x')),
    ).to.deep.equal(['!good', '!bad', '!long']);
  });

  it('falls back on the room ID', () => {
    expect(sorted(child('!b'), child('!a'))).to.deep.equal(['!a', '!b']);
  });
});

describe('buildChannelTree', () => {
  it('separates channels from categories with their channels', () => {
    const tree = buildChannelTree(
      '!guild',
      directory(
        [
          room('!general'),
          room('!games', { isCategory: true }),
          room('!chess', { mentions: 2, unread: true }),
        ],
        {
          '!guild': [child('!games', 1), child('!general', 2)],
          '!games': [child('!chess')],
        },
      ),
    );
    expect(tree.channels.map(({ name }) => name)).to.deep.equal(['general']);
    expect(tree.categories).to.deep.equal([
      {
        categoryId: '!games',
        name: 'games',
        channels: [
          { channelId: '!chess', name: 'chess', joined: true, isForum: false, unread: true, mentions: 2 },
        ],
      },
    ]);
  });

  it('leaves out rooms that it knows nothing of', () => {
    const tree = buildChannelTree('!guild', directory([], { '!guild': [child('!secret')] }));
    expect(listChannels(tree)).to.deep.equal([]);
  });

  it('shows a channel that is claimed twice only once', () => {
    const rooms = [room('!a', { isCategory: true }), room('!b', { isCategory: true }), room('!chess')];
    const tree = buildChannelTree(
      '!guild',
      directory(rooms, {
        '!guild': [child('!a', 1), child('!b', 2)],
        '!a': [child('!chess')],
        '!b': [child('!chess')],
      }),
    );
    expect(tree.categories.map(({ channels }) => channels.length)).to.deep.equal([1, 0]);
  });

  it('survives a guild that contains itself', () => {
    const tree = buildChannelTree(
      '!guild',
      directory([room('!guild', { isCategory: true })], { '!guild': [child('!guild')] }),
    );
    expect(tree).to.deep.equal({ channels: [], categories: [] });
  });
});
