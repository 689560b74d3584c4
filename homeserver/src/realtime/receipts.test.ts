import { expect } from 'chai';
import { ManualClock } from '../../test-kit/manual-clock.ts';
import { rejection } from '../../test-kit/rejection.ts';
import { openTestStorage, type TestStorage } from '../../test-kit/storage-for-tests.ts';
import type { JsonObject } from '../protocol/canonical-json.ts';
import { LogKind, type LogRow } from '../storage/index.ts';
import { receiptContent } from './receipt-content.ts';
import { type Reader, Receipts } from './receipts.ts';

const ROOM = '!room:x';
const ROOM_NID = 7;

/** Events $1 to $9 stand at the positions 10 to 90. $4 is in the thread of $2, $5 reacts to $4. */
const events = {
  roomNidOf: async (roomId: string) => (roomId === ROOM ? ROOM_NID : undefined),
  positionOf: async (roomId: string, eventId: string) =>
    roomId === ROOM && /^\$[1-9]$/.test(eventId) ? Number(eventId.slice(1)) * 10 : undefined,
  relationOf: async (_roomId: string, eventId: string) =>
    new Map([
      ['$4', { relType: 'm.thread', eventId: '$2' }],
      ['$5', { relType: 'm.annotation', eventId: '$4' }],
      ['$6', { relType: 'm.replace', eventId: '$6' }],
    ]).get(eventId),
};
const membership = {
  isJoined: async (roomId: string, userId: string) => roomId === ROOM && userId !== '@stranger:x',
};

describe('Receipts', () => {
  let test: TestStorage;
  let receipts: Receipts;
  let clock: ManualClock;
  let alice: Reader;
  let bob: Reader;
  let rows: LogRow[];
  let accountData: Map<string, JsonObject>;

  beforeEach(async () => {
    test = await openTestStorage();
    const { storage } = test;
    rows = [];
    storage.database.onCommitted((committed) => rows.push(...committed));
    clock = new ManualClock(1_000);
    accountData = new Map();
    receipts = new Receipts({
      storage,
      clock,
      membership,
      events,
      accountData: {
        get: async (userNid, roomNid, type) => accountData.get(`${userNid} ${roomNid} ${type}`),
        update: async ({ userNid, roomNid, type }, change) => {
          const key = `${userNid} ${roomNid} ${type}`;
          accountData.set(key, change(accountData.get(key)));
        },
      },
    });
    alice = { userId: '@alice:x', userNid: await storage.strings.intern('@alice:x') };
    bob = { userId: '@bob:x', userNid: await storage.strings.intern('@bob:x') };
  });

  afterEach(() => test.close());

  const seenBy = async (viewer: Reader) =>
    receiptContent((await receipts.receiptsOfRooms([ROOM_NID], viewer.userNid)).get(ROOM_NID) ?? []);

  it('keeps a receipt, shows it and puts it into the log', async () => {
    await receipts.post(alice, ROOM, 'm.read', '$3');
    expect(await seenBy(bob)).to.deep.equal({ $3: { 'm.read': { '@alice:x': { ts: 1_000 } } } });
    expect(rows).to.have.length(1);
    expect(rows[0]).to.include({ kind: LogKind.Receipt, room: ROOM_NID, user: alice.userNid });
  });

  it('moves a receipt forward and never back', async () => {
    await receipts.post(alice, ROOM, 'm.read', '$3');
    await clock.advance(5);
    await receipts.post(alice, ROOM, 'm.read', '$2');
    await receipts.post(alice, ROOM, 'm.read', '$3');
    expect(rows).to.have.length(1);
    await receipts.post(alice, ROOM, 'm.read', '$4');
    expect(await seenBy(bob)).to.deep.equal({ $4: { 'm.read': { '@alice:x': { ts: 1_005 } } } });
  });

  it('ends at the newest event when receipts arrive at the same time in any order', async () => {
    await Promise.all(
      ['$3', '$9', '$1', '$5', '$9', '$2'].map((event) => receipts.post(alice, ROOM, 'm.read', event)),
    );
    expect(Object.keys(await seenBy(alice))).to.deep.equal(['$9']);
  });

  it('shows private receipts to their user only', async () => {
    await receipts.post(alice, ROOM, 'm.read.private', '$5');
    await receipts.post(alice, ROOM, 'm.read', '$3');
    expect(Object.keys(await seenBy(bob))).to.deep.equal(['$3']);
    expect(Object.keys(await seenBy(alice))).to.have.members(['$3', '$5']);
    expect(await receipts.receiptsFor(ROOM_NID, rows, bob.userNid)).to.have.length(1);
    expect(await receipts.receiptsFor(ROOM_NID, rows, alice.userNid)).to.have.length(2);
  });

  it('finds what a row of the log speaks of, and nothing else', async () => {
    await receipts.post(alice, ROOM, 'm.read', '$4', '$2');
    await receipts.post(alice, ROOM, 'm.read', '$3', 'main');
    await receipts.post(bob, ROOM, 'm.read', '$3');
    const found = await receipts.receiptsFor(ROOM_NID, rows.slice(0, 1), bob.userNid);
    expect(receiptContent(found)).to.deep.equal({
      $4: { 'm.read': { '@alice:x': { ts: 1_000, thread_id: '$2' } } },
    });
  });

  it('keeps one receipt for each thread and one for all of them', async () => {
    await receipts.post(alice, ROOM, 'm.read', '$4', '$2');
    await receipts.post(alice, ROOM, 'm.read', '$3', 'main');
    await receipts.post(alice, ROOM, 'm.read', '$1');
    await receipts.post(alice, ROOM, 'm.read.private', '$5', '$2');
    expect(await receipts.readPositions(alice.userNid, [ROOM_NID, 99])).to.deep.equal(
      new Map([
        [
          ROOM_NID,
          {
            all: 10,
            byThread: new Map([
              ['$2', 50],
              ['main', 30],
            ]),
          },
        ],
      ]),
    );
    expect(await receipts.readPositions(bob.userNid, [ROOM_NID])).to.deep.equal(new Map());
  });

  it('prefers a receipt for all threads where the form has room for one', async () => {
    await receipts.post(alice, ROOM, 'm.read', '$3');
    await receipts.post(alice, ROOM, 'm.read', '$3', 'main');
    expect(await seenBy(bob)).to.deep.equal({ $3: { 'm.read': { '@alice:x': { ts: 1_000 } } } });
  });

  it('accepts an event in its own thread: by relation, through another event, and as the root', async () => {
    await receipts.post(alice, ROOM, 'm.read', '$2', 'main');
    await receipts.post(alice, ROOM, 'm.read', '$2', '$2');
    await receipts.post(alice, ROOM, 'm.read', '$4', '$2');
    await receipts.post(alice, ROOM, 'm.read', '$5', '$2');
    await receipts.post(alice, ROOM, 'm.read', '$6', 'main');
    expect(rows).to.have.length(5);
  });

  for (const [eventId, threadId] of [
    ['$4', 'main'],
    ['$5', 'main'],
    ['$3', '$2'],
    ['$3', 'nonsense'],
    ['$3', ''],
  ] as const) {
    it(`refuses the thread ${JSON.stringify(threadId)} for ${eventId}`, async () => {
      const error = await rejection(receipts.post(alice, ROOM, 'm.read', eventId, threadId));
      expect(error).to.include({ status: 400, errcode: 'M_INVALID_PARAM' });
      expect(rows).to.deep.equal([]);
    });
  }

  it('refuses outsiders and events that the room has not', async () => {
    const stranger = { userId: '@stranger:x', userNid: 99 };
    expect(await rejection(receipts.post(stranger, ROOM, 'm.read', '$3'))).to.include({
      errcode: 'M_FORBIDDEN',
    });
    expect(await rejection(receipts.post(alice, '!no:x', 'm.read', '$3'))).to.include({
      errcode: 'M_FORBIDDEN',
    });
    expect(await rejection(receipts.setReadMarkers(stranger, ROOM, {}))).to.include({
      errcode: 'M_FORBIDDEN',
    });
    expect(await rejection(receipts.post(alice, ROOM, 'm.read', '$no'))).to.include({
      errcode: 'M_NOT_FOUND',
    });
    expect(rows).to.deep.equal([]);
  });

  it('keeps the read marker as account data, and never moves it back', async () => {
    const marker = (): JsonObject | undefined => accountData.get(`${alice.userNid} ${ROOM_NID} m.fully_read`);
    await receipts.post(alice, ROOM, 'm.fully_read', '$3');
    expect(marker()).to.deep.equal({ event_id: '$3' });
    await Promise.all([
      receipts.setReadMarkers(alice, ROOM, { 'm.fully_read': '$8' }),
      receipts.setReadMarkers(alice, ROOM, { 'm.fully_read': '$2' }),
    ]);
    expect(marker()).to.deep.equal({ event_id: '$8' });
    const refused = await rejection(receipts.post(alice, ROOM, 'm.fully_read', '$9', 'main'));
    expect(refused).to.include({ errcode: 'M_INVALID_PARAM' });
  });

  it('moves all read markers of a request, or none if one of them is not an event of the room', async () => {
    await receipts.setReadMarkers(alice, ROOM, {
      'm.read': '$3',
      'm.read.private': '$4',
      'm.fully_read': '$2',
    });
    expect(Object.keys(await seenBy(alice))).to.have.members(['$3', '$4']);
    expect(rows).to.have.length(2);
    const markers = { 'm.read': '$7', 'm.read.private': '$8', 'm.fully_read': '$no' };
    expect(await rejection(receipts.setReadMarkers(alice, ROOM, markers))).to.include({
      errcode: 'M_NOT_FOUND',
    });
    expect(rows).to.have.length(2);
    await receipts.setReadMarkers(alice, ROOM, {});
    expect(rows).to.have.length(2);
  });
});
