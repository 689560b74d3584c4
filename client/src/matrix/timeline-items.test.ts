import { expect } from 'chai';
import { buildTimelineItems, describeChanges, type TimelineLayout } from './timeline-items.ts';
import type { Message, Notice, NoticeChange, TimelineItem } from './types.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

function message(eventId: string, timestamp: number, changes: Partial<Message> = {}): Message {
  return {
    kind: 'message',
    key: eventId,
    eventId,
    timestamp,
    author: { userId: '@ada:hall', name: 'Ada', avatarMxc: undefined },
    isOwn: false,
    content: { kind: 'text', style: 'plain', body: eventId, html: undefined },
    edited: false,
    mentionsMe: false,
    reply: undefined,
    reactions: [],
    thread: undefined,
    status: 'sent',
    canDelete: false,
    ...changes,
  };
}

function notice(eventId: string, timestamp: number, change: NoticeChange): Notice {
  return { kind: 'notice', key: eventId, eventId, timestamp, change };
}

function build(
  entries: readonly (Message | Notice)[],
  changes: Partial<TimelineLayout> = {},
): TimelineItem[] {
  return buildTimelineItems(entries, {
    readUpTo: undefined,
    hasOlder: true,
    pieceStarts: new Set(),
    dayOf: (timestamp) => String(Math.floor(timestamp / day)),
    ...changes,
  });
}

/** One word for each item: what it is, with a `+` for a message without a head of its own. */
function outline(items: readonly TimelineItem[]): string[] {
  return items.map((item) => {
    if (item.type === 'message') return `${item.message.eventId}${item.continued ? '+' : ''}`;
    return item.type === 'notices' ? item.lines.join(' / ') : item.type;
  });
}

const ben = { userId: '@ben:hall', name: 'Ben', avatarMxc: undefined };

describe('buildTimelineItems', () => {
  it('groups messages of one author that follow each other closely', () => {
    expect(outline(build([message('a', 0), message('b', minute), message('c', 9 * minute)]))).to.deep.equal([
      'a',
      'b+',
      'c',
    ]);
  });

  it('begins a new group for another author and for a reply', () => {
    const reply = { eventId: 'a', author: undefined, excerpt: undefined };
    expect(
      outline(
        build([message('a', 0), message('b', 1, { author: ben }), message('c', 2, { author: ben, reply })]),
      ),
    ).to.deep.equal(['a', 'b', 'c']);
  });

  it('separates days, and names the first one only when nothing older exists', () => {
    const entries = [message('a', 0), message('b', day)];
    expect(outline(build(entries))).to.deep.equal(['a', 'day', 'b']);
    expect(outline(build(entries, { hasOlder: false }))).to.deep.equal(['day', 'a', 'day', 'b']);
  });

  it('takes who came before a history was brought for having come on its first day', () => {
    const joined = notice('j', 9 * day, { type: 'joined', name: 'Ben' });
    const items = build([joined, message('a', day), message('b', 2 * day)], { hasOlder: false });
    expect(outline(items)).to.deep.equal(['day', 'Ben joined', 'a', 'day', 'b']);
    expect(items[0]).to.include({ type: 'day', timestamp: day });
  });

  it('draws the unread line above the first message of somebody else after what was read', () => {
    const entries = [message('a', 0), message('mine', 1, { isOwn: true }), message('b', 2)];
    expect(outline(build(entries, { readUpTo: 'a' }))).to.deep.equal(['a', 'mine+', 'unread', 'b']);
  });

  it('draws no unread line when all is read or the place is not loaded', () => {
    const entries = [message('a', 0), message('mine', 1, { isOwn: true })];
    expect(outline(build(entries, { readUpTo: 'a' }))).to.deep.equal(['a', 'mine+']);
    expect(outline(build(entries, { readUpTo: 'elsewhere' }))).to.deep.equal(['a', 'mine+']);
  });

  it('folds notices that follow each other', () => {
    expect(
      outline(
        build([
          notice('1', 0, { type: 'joined', name: 'Ada' }),
          notice('2', 1, { type: 'joined', name: 'Ben' }),
          notice('3', 2, { type: 'text', text: 'Ada changed the topic' }),
          message('a', 3),
          notice('4', 4, { type: 'left', name: 'Ben' }),
        ]),
      ),
    ).to.deep.equal(['Ada and Ben joined / Ada changed the topic', 'a', 'Ben left']);
  });

  it('keeps every item that was on the screen as it was when older events arrive above it', () => {
    const newer = [message('c', 2 * minute), message('d', 3 * minute)];
    const before = build(newer, { pieceStarts: new Set(['c']) });
    const after = build([message('a', 0), message('b', minute), ...newer], {
      pieceStarts: new Set(['a', 'c']),
    });
    expect(after.slice(-before.length)).to.deep.equal(before);
    expect(outline(after)).to.deep.equal(['a', 'b+', 'c', 'd+']);
  });

  it('does not fold notices across pieces', () => {
    const entries = [
      notice('1', 0, { type: 'joined', name: 'Ada' }),
      notice('2', 1, { type: 'joined', name: 'Ben' }),
    ];
    expect(outline(build(entries, { pieceStarts: new Set(['2']) }))).to.deep.equal([
      'Ada joined',
      'Ben joined',
    ]);
  });
});

describe('describeChanges', () => {
  it('says the same thing done by several people once', () => {
    expect(
      describeChanges([
        { type: 'invited', name: 'Ada' },
        { type: 'joined', name: 'Ada' },
        { type: 'joined', name: 'Ben' },
        { type: 'joined', name: 'Ben' },
        { type: 'removed', name: 'Cleo' },
        { type: 'removed', name: 'Dov' },
      ]),
    ).to.deep.equal(['Ada was invited', 'Ada and Ben joined', 'Cleo and Dov were removed']);
  });

  it('does not repeat the same sentence', () => {
    const change: NoticeChange = { type: 'text', text: 'Ada changed the topic' };
    expect(describeChanges([change, change])).to.deep.equal(['Ada changed the topic']);
  });
});
