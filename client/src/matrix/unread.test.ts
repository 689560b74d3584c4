import { expect } from 'chai';
import { findUnread, rollUpUnread, type UnreadCandidate } from './unread.ts';

const message: UnreadCandidate = { countsAsMessage: true, isOwn: false, isRead: false, mentionsMe: false };
const none = { total: 0, highlights: 0 };

describe('rollUpUnread', () => {
  it('is read when everything inside is', () => {
    expect(rollUpUnread([])).to.deep.equal({ unread: false, mentions: 0 });
    expect(rollUpUnread([{ unread: false, mentions: 0 }])).to.deep.equal({ unread: false, mentions: 0 });
  });

  it('adds mentions and keeps the mark of any part', () => {
    expect(
      rollUpUnread([
        { unread: true, mentions: 0 },
        { unread: true, mentions: 2 },
        { unread: false, mentions: 0 },
        { unread: true, mentions: 3 },
      ]),
    ).to.deep.equal({ unread: true, mentions: 5 });
  });
});

describe('findUnread', () => {
  it('marks a channel with a message from somebody else that is not read', () => {
    expect(findUnread([message], none)).to.deep.equal({ unread: true, mentions: 0 });
  });

  it('is read from our own message on', () => {
    expect(findUnread([{ ...message, isOwn: true }, message], none).unread).to.equal(false);
  });

  it('is read from a read event on, whatever lies before it', () => {
    expect(findUnread([{ ...message, isRead: true }, message], none).unread).to.equal(false);
  });

  it('ignores what is not a message', () => {
    expect(findUnread([{ ...message, countsAsMessage: false }], none).unread).to.equal(false);
    expect(findUnread([{ ...message, countsAsMessage: false }, message], none).unread).to.equal(true);
  });

  it('counts mentions in loaded messages when the server counts fewer', () => {
    expect(findUnread([{ ...message, mentionsMe: true }, message], none).mentions).to.equal(1);
  });

  it('believes the server about messages that are not loaded', () => {
    expect(findUnread([], { total: 4, highlights: 2 })).to.deep.equal({ unread: true, mentions: 2 });
  });
});
