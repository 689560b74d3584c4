import { expect } from 'chai';
import type { JsonObject } from '../src/protocol/canonical-json.ts';
import {
  createRoom,
  existingRoom,
  type IntakeContext,
  joinRoom,
  purgeHistory,
  purgeLeftovers,
  purgeRoom,
  purgeUnneededEvents,
  type RoomsContext,
  receiveEvent,
  requestHistoryPurge,
  requestRoomPurge,
  sendEvent,
  setState,
  type Viewer,
} from '../src/rooms/index.ts';
import { JobKind, type RunningJob, UnitOfWork } from '../src/storage/index.ts';
import { HistoryPurgeStore } from '../src/storage/stores/history-purge-store.ts';
import { REMOTE, RemoteRoom, remoteKeys } from '../test-kit/remote-room.ts';
import { expectAsOnDisk, restartedRooms, timelineOf } from '../test-kit/room-on-disk.ts';
import { openTestRooms, type TestRooms } from '../test-kit/rooms-for-tests.ts';
import { expectSoundDatabaseAt } from '../test-kit/sound-database.ts';
import { testDialect } from '../test-kit/test-database.ts';
import { numbersOfRoom, tracesOfRoom } from '../test-kit/traces-of-room.ts';

const BOB = `@bob:${REMOTE}`;

/** Like a crash: what was committed is there, nothing else is. */
class Crash extends Error {}

/**
 * Runs a job that crashes after each thing that it saves, and is run again by a server that has nothing of it in
 * memory, until it ends.
 *
 * @returns how often it crashed.
 */
async function runCrashing(
  { rooms }: TestRooms,
  key: string,
  before: JsonObject,
  run: (context: RoomsContext, job: RunningJob) => Promise<void>,
  afterCrash: () => Promise<void> = async () => undefined,
): Promise<number> {
  let saved = before;
  for (let crashes = 0; ; crashes += 1) {
    let hasSaved = false;
    const job: RunningJob = {
      id: 'job',
      key,
      get payload() {
        return saved;
      },
      signal: new AbortController().signal,
      saveIn(unit, payload) {
        if (hasSaved) throw new Crash();
        hasSaved = true;
        unit.onCommit(() => {
          saved = payload;
        });
      },
    };
    try {
      await run(restartedRooms(rooms), job);
      return crashes;
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      await afterCrash();
    }
  }
}

describe('A purge that is interrupted again and again', function () {
  this.timeout(30_000);
  let test: TestRooms;
  let rooms: RoomsContext;
  let alice: Viewer;
  let carol: Viewer;

  beforeEach(async () => {
    test = await openTestRooms();
    rooms = test.rooms;
    alice = await test.user('alice');
    carol = await test.user('carol');
  });
  afterEach(() => test.close());

  /** @param messages more than a purge deletes at once, or few. */
  async function roomOf(messages: number): Promise<{ roomId: string; nid: number; sent: string[] }> {
    const roomId = await createRoom(rooms, alice.userId, { preset: 'public_chat', aliasName: 'old' });
    await joinRoom(rooms, carol.userId, roomId);
    const sent = await Promise.all(
      Array.from({ length: messages }, async (_, index) => {
        const transaction = { ...alice, scope: roomId, txnId: `${index}` };
        const target = { roomId, sender: alice.userId };
        return sendEvent(
          rooms,
          target,
          'm.room.message',
          { msgtype: 'm.text', body: `${index}` },
          transaction,
        );
      }),
    );
    for (let index = 0; index < 60; index += 1) {
      await setState(rooms, { roomId, sender: alice.userId }, 'm.room.topic', '', { topic: `${index}` });
    }
    return { roomId, nid: (await existingRoom(rooms, roomId)).nid, sent };
  }

  async function payloadOf(id: string): Promise<JsonObject> {
    return (await rooms.storage.jobs.byId(id))?.payload ?? {};
  }

  it('leaves alone what another process sets meanwhile, whatever its numbers', async () => {
    // Has smaller numbers to give than those who come later.
    const other = restartedRooms(rooms);
    await createRoom(other, carol.userId, {});
    rooms = restartedRooms(rooms);
    const { roomId, sent } = await roomOf(20);
    const id = await requestHistoryPurge(rooms, roomId, { eventId: sent[10], deleteLocalEvents: true });
    let setting: Promise<string> | undefined;
    class WatchedStore extends HistoryPurgeStore {
      override async snapshots(...page: Parameters<HistoryPurgeStore['snapshots']>) {
        setting ??= setState(other, { roomId, sender: alice.userId }, 'm.room.name', '', { name: 'new' });
        // On PostgreSQL it waits for the turn to end.
        if (testDialect === 'sqlite') await setting;
        return super.snapshots(...page);
      }
    }
    const { database, states } = rooms.storage;
    const historyPurge = new WatchedStore(database, states);
    const context = { ...rooms, storage: { ...rooms.storage, historyPurge } };
    const payload = await payloadOf(id);
    const { signal } = new AbortController();
    await purgeHistory(context, { id, key: roomId, payload, signal, saveIn: () => undefined });
    expect(await setting).to.be.a('string');
    await expectSoundDatabaseAt(test.url);
  });

  it('deletes the whole room', async () => {
    const { roomId, nid } = await roomOf(1200);
    const numbers = await numbersOfRoom(rooms.storage, nid);
    const request = { userId: alice.userId, block: false, purge: true, force: false, successor: undefined };
    const id = await requestRoomPurge(rooms, roomId, request);
    const crashes = await runCrashing(test, roomId, await payloadOf(id), purgeRoom);
    expect(crashes).to.be.above(8);
    expect(await tracesOfRoom(rooms.storage, numbers)).to.deep.equal([]);
    await expectSoundDatabaseAt(test.url);
  });

  it('shortens the history, and the room is whole afterwards', async () => {
    const { roomId, sent } = await roomOf(1200);
    const eventId = sent[1100];
    const id = await requestHistoryPurge(rooms, roomId, { eventId, deleteLocalEvents: true });
    const room = await existingRoom(rooms, roomId);
    const before = await timelineOf(rooms, room);
    const kept = before.slice(before.indexOf(eventId ?? ''));
    // Nothing is half there in between either: the room is in use.
    const check = (): Promise<void> => expectSoundDatabaseAt(test.url);
    const crashes = await runCrashing(test, roomId, await payloadOf(id), purgeHistory, check);
    expect(crashes).to.be.above(2);
    const restarted = restartedRooms(rooms);
    expect(await timelineOf(restarted, await existingRoom(restarted, roomId))).to.deep.equal(kept);
    await expectAsOnDisk(rooms, room);
    await expectSoundDatabaseAt(test.url);
  });

  it('deletes what requests that were on their way wrote after the room was gone', async () => {
    const { roomId, nid } = await roomOf(3);
    const request = { userId: alice.userId, block: false, purge: true, force: false, successor: undefined };
    const id = await requestRoomPurge(rooms, roomId, request);
    await runCrashing(test, roomId, await payloadOf(id), purgeRoom);
    const unit = new UnitOfWork();
    rooms.storage.receipts.put(unit, {
      roomNid: nid,
      userNid: alice.userNid,
      type: 'm.read',
      threadId: '',
      eventId: '$late',
      position: 1,
      ts: 0,
    });
    await rooms.storage.database.commit(unit);
    const leftovers = await rooms.storage.jobs.byKey(JobKind.PurgeLeftovers, String(nid));
    expect(leftovers?.runAt).to.be.above(Date.now());
    const newest = await rooms.storage.log.newest();
    await runCrashing(test, String(nid), {}, purgeLeftovers);
    const numbers = { room: [nid], event: [], snapshot: [], block: [] };
    expect(await tracesOfRoom(rooms.storage, numbers)).to.deep.equal([]);
    // The receipt was the newest row of the log: its position must not come again.
    expect(await rooms.storage.log.newest()).to.be.above(newest);
  });

  describe('of events from another server', () => {
    let context: IntakeContext;
    let roomId: string;
    let remote: RemoteRoom;

    beforeEach(async () => {
      context = { ...rooms, signingKeys: remoteKeys };
      ({ roomId } = await roomOf(2));
      remote = await RemoteRoom.of(rooms.storage, roomId);
      await receive(await remote.join([remote.newest], BOB));
    });

    async function receive(eventId: string): Promise<string> {
      return (await receiveEvent(context, roomId, remote.json(eventId), remote)).outcome;
    }

    function say(after: readonly string[], body: string): Promise<string> {
      return remote.send(after, {
        type: 'm.room.message',
        sender: BOB,
        content: { msgtype: 'm.text', body },
      });
    }

    const isStored = async (eventId: string): Promise<boolean> =>
      (await rooms.storage.events.getById(eventId)) !== undefined;

    it('deletes those that nothing needs, once they have been there between two runs', async () => {
      const sendTopic = { type: 'm.room.topic', sender: BOB, stateKey: '', content: { topic: 'mine' } };
      const refused = await remote.send([remote.newest], sendTopic);
      expect(await receive(refused)).to.equal('rejected');
      let payload: JsonObject = {};
      const run = async (): Promise<void> => {
        await runCrashing(test, '', payload, async (restarted, job) => {
          await purgeUnneededEvents(restarted, job);
          payload = job.payload;
        });
      };
      await run();
      expect(await isStored(refused)).to.equal(true);
      await run();
      const restarted = restartedRooms(rooms);
      expect(await restarted.storage.events.getById(refused)).to.equal(undefined);
      await expectSoundDatabaseAt(test.url);
    });

    it('keeps those that others name', async () => {
      const before = remote.newest;
      const sendTopic = { type: 'm.room.topic', sender: BOB, stateKey: '', content: { topic: 'mine' } };
      const refused = await remote.send([before], sendTopic);
      expect(await receive(refused)).to.equal('rejected');
      const after = await say([refused], 'upon it');
      expect(await receive(after)).to.equal('accepted');
      let payload: JsonObject = {};
      for (let index = 0; index < 4; index += 1) {
        await runCrashing(test, '', payload, async (restarted, job) => {
          await purgeUnneededEvents(restarted, job);
          payload = job.payload;
        });
      }
      expect(await restartedRooms(rooms).storage.events.getById(refused)).to.not.equal(undefined);
      await expectSoundDatabaseAt(test.url);
    });

    it('keeps what users of this server said, and not what others did', async () => {
      const theirs = await say([remote.newest], 'theirs');
      await receive(theirs);
      const transaction = { ...alice, scope: roomId, txnId: 'own' };
      const target = { roomId, sender: alice.userId };
      const ours = await sendEvent(
        rooms,
        target,
        'm.room.message',
        { msgtype: 'm.text', body: 'ours' },
        transaction,
      );
      const last = await sendEvent(
        rooms,
        target,
        'm.room.message',
        { msgtype: 'm.text', body: 'last' },
        {
          ...transaction,
          txnId: 'last',
        },
      );
      const id = await requestHistoryPurge(rooms, roomId, { eventId: last, deleteLocalEvents: false });
      await runCrashing(test, roomId, await payloadOf(id), purgeHistory);
      const { events } = restartedRooms(rooms).storage;
      expect(await events.getById(theirs)).to.equal(undefined);
      expect(await events.getById(ours)).to.not.equal(undefined);
      await expectSoundDatabaseAt(test.url);
    });

    it('leaves a forked room able to resolve its states', async () => {
      const root = remote.newest;
      const topic = (text: string) => ({
        type: 'm.room.name',
        sender: BOB,
        stateKey: '',
        content: { name: text },
      });
      const target = { roomId, sender: alice.userId };
      const levels = (await existingRoom(rooms, roomId)).content('m.room.power_levels') ?? {};
      await setState(rooms, target, 'm.room.power_levels', '', { ...levels, users: { [BOB]: 50 } });
      remote = await RemoteRoom.of(rooms.storage, roomId);
      expect(root).to.not.equal(remote.newest);
      const fork = remote.newest;
      const left = await remote.send([fork], topic('left'));
      const right = await remote.send([fork], topic('right'));
      expect(await receive(left)).to.equal('accepted');
      expect(await receive(right)).to.equal('accepted');
      const id = await requestHistoryPurge(rooms, roomId, { eventId: right, deleteLocalEvents: true });
      await runCrashing(test, roomId, await payloadOf(id), purgeHistory);
      const merged = await say([left, right], 'merged');
      const restarted = { ...restartedRooms(rooms), signingKeys: remoteKeys };
      const { outcome } = await receiveEvent(restarted, roomId, remote.json(merged), remote);
      expect(outcome).to.equal('accepted');
      await expectSoundDatabaseAt(test.url);
    });
  });
});
