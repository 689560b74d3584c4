import { expect } from 'chai';
import { SyncFilter } from './sync-filter.ts';

const ROOM = '!room:test';
const event = (type: string, sender = '@alice:test', content = {}) => ({ type, sender, content });

describe('a filter of a sync', () => {
  it('lets everything through when it says nothing', () => {
    const filter = new SyncFilter({});
    expect(filter.timelineLimit).to.equal(10);
    expect(filter.wantsRoom(ROOM)).to.equal(true);
    expect(filter.wantsState(ROOM, event('m.room.name'))).to.equal(true);
    expect(filter.wantsEphemeral(ROOM, 'm.typing')).to.equal(true);
    expect(filter.wantsAccountData('m.direct')).to.equal(true);
    expect(filter.wantsPresence('@alice:test')).to.equal(true);
    expect([
      filter.lazyMembers,
      filter.redundantMembers,
      filter.threadCounts,
      filter.includeLeave,
    ]).to.deep.equal([false, false, false, false]);
  });

  it('names rooms, and excludes them', () => {
    expect(new SyncFilter({ room: { rooms: [] } }).wantsRoom(ROOM)).to.equal(false);
    expect(new SyncFilter({ room: { rooms: [ROOM] } }).wantsRoom(ROOM)).to.equal(true);
    expect(new SyncFilter({ room: { rooms: [ROOM], not_rooms: [ROOM] } }).wantsRoom(ROOM)).to.equal(false);
  });

  it('knows types with wildcards, senders, and what excludes them', () => {
    const filter = new SyncFilter({
      room: { state: { types: ['m.room.*'], not_types: ['m.room.member'], not_senders: ['@eve:test'] } },
      presence: { senders: ['@alice:test'] },
    });
    expect(filter.wantsState(ROOM, event('m.room.name'))).to.equal(true);
    expect(filter.wantsState(ROOM, event('m.room.member'))).to.equal(false);
    expect(filter.wantsState(ROOM, event('org.example'))).to.equal(false);
    expect(filter.wantsState(ROOM, event('m.room.name', '@eve:test'))).to.equal(false);
    expect(filter.wantsPresence('@alice:test')).to.equal(true);
    expect(filter.wantsPresence('@bob:test')).to.equal(false);
  });

  it('holds what each part of a room may show', () => {
    const filter = new SyncFilter({
      room: { ephemeral: { not_types: ['m.typing'] }, account_data: { not_rooms: [ROOM] } },
      account_data: { types: ['m.push_*'] },
    });
    expect(filter.wantsEphemeral(ROOM, 'm.typing')).to.equal(false);
    expect(filter.wantsEphemeral(ROOM, 'm.receipt')).to.equal(true);
    expect(filter.wantsRoomAccountData(ROOM, 'm.tag')).to.equal(false);
    expect(filter.wantsRoomAccountData('!other:test', 'm.tag')).to.equal(true);
    expect(filter.wantsAccountData('m.push_rules')).to.equal(true);
    expect(filter.wantsAccountData('m.direct')).to.equal(false);
  });

  it('never asks for more than a hundred events', () => {
    expect(new SyncFilter({ room: { timeline: { limit: 100_000 } } }).timelineLimit).to.equal(100);
    expect(new SyncFilter({ room: { timeline: { limit: 0 } } }).timelineLimit).to.equal(0);
  });

  it('leaves the named fields of events, nested ones and ones with dots in their names included', () => {
    const filter = new SyncFilter({
      event_fields: ['type', 'content.a.b', 'content.m\\.c', 'absent.x', 'type.x'],
    });
    const original = { type: 't', sender: 's', content: { a: { b: 1, x: 2 }, 'm.c': 3, d: 4 } };
    expect(filter.project(original)).to.deep.equal({ type: 't', content: { a: { b: 1 }, 'm.c': 3 } });
    expect(original.content.a).to.deep.equal({ b: 1, x: 2 });
  });
});
