import { expect } from 'chai';
import type { JsonObject } from '../src/protocol/canonical-json.ts';
import type { MatrixError } from '../src/protocol/errors.ts';
import { contentHash, eventIdOf, referenceHash } from '../src/protocol/hashing.ts';
import { pduFromWire, pduToWire } from '../src/protocol/wire.ts';
import { changeRoom } from '../src/rooms/change-room.ts';
import {
  createRoom,
  existingRoom,
  getEvent,
  getMessages,
  type IntakeContext,
  type Received,
  type Room,
  receiveEvent,
} from '../src/rooms/index.ts';
import { defineQuery } from '../src/storage/database/sql.ts';
import { EventStatus, type StoredEvent } from '../src/storage/index.ts';
import { rejection } from '../test-kit/rejection.ts';
import { REMOTE, RemoteRoom, type RemoteSending, remoteKeys } from '../test-kit/remote-room.ts';
import {
  expectAsOnDisk,
  inOrder,
  restartedRooms,
  stateInMemory,
  timelineOf,
} from '../test-kit/room-on-disk.ts';
import { openTestRooms, type TestRooms } from '../test-kit/rooms-for-tests.ts';
import { contradictionsIn, expectSoundDatabase } from '../test-kit/sound-database.ts';

const BOB = `@bob:${REMOTE}`;
const CAROL = `@carol:${REMOTE}`;
const DAVE = `@dave:${REMOTE}`;

function say(sender: string, body: string): RemoteSending {
  return { type: 'm.room.message', sender, content: { msgtype: 'm.text', body } };
}

function member(sender: string, target: string, membership: string): RemoteSending {
  return { type: 'm.room.member', sender, stateKey: target, content: { membership } };
}

function topic(sender: string, text: string): RemoteSending {
  return { type: 'm.room.topic', sender, stateKey: '', content: { topic: text } };
}

/** A room of Alice's server in which Bob and Carol of the remote one have power, and the remote's copy of it. */
interface SharedRoom {
  readonly room: Room;
  readonly remote: RemoteRoom;
  receive(eventId: string): Promise<Received>;
  /** Sends from the remote and hands it over at once. */
  sendAndReceive(after: readonly string[], sending: RemoteSending): Promise<string>;
  /** A message of Alice's. @returns its ID; the remote learns of it. */
  aliceSays(body: string): Promise<string>;
  stored(eventId: string): Promise<StoredEvent | undefined>;
}

describe('Intake', () => {
  let test: TestRooms;
  let context: IntakeContext;
  let alice: string;

  before(async () => {
    test = await openTestRooms();
    context = { ...test.rooms, signingKeys: remoteKeys };
    alice = (await test.user('alice')).userId;
  });

  afterEach(() => expectSoundDatabase(test.rooms.storage.database));

  after(() => test.close());

  async function share(roomVersion = '12', eventLevels: JsonObject = {}): Promise<SharedRoom> {
    const users = {
      [BOB]: 80,
      [CAROL]: 75,
      ...(roomVersion === '12' ? {} : { [alice]: 100 }),
    };
    const roomId = await createRoom(context, alice, {
      roomVersion,
      preset: 'public_chat',
      powerLevelOverride: { users, events: { 'm.room.power_levels': 80, ...eventLevels } },
    });
    const room = await existingRoom(context, roomId);
    const remote = await RemoteRoom.of(context.storage, roomId);
    const shared: SharedRoom = {
      room,
      remote,
      receive: (eventId) => receiveEvent(context, roomId, remote.json(eventId), remote),
      async sendAndReceive(after, sending) {
        const eventId = await remote.send(after, sending);
        expect(await shared.receive(eventId)).to.include({ outcome: 'accepted' });
        return eventId;
      },
      async aliceSays(body) {
        const draft = { type: 'm.room.message', sender: alice, content: { msgtype: 'm.text', body } };
        const { eventId, pdu } = await changeRoom(context, room, (chain) => chain.append(draft));
        await remote.learn(eventId, pdu);
        return eventId;
      },
      stored: (eventId) => context.storage.events.getById(eventId),
    };
    for (const userId of [BOB, CAROL, DAVE]) {
      await shared.sendAndReceive([remote.newest], member(userId, userId, 'join'));
    }
    return shared;
  }

  it('takes events in one after another, into timeline, members and state', async () => {
    const { room, remote, sendAndReceive, aliceSays } = await share();
    const first = await sendAndReceive([remote.newest], say(BOB, 'hello'));
    await sendAndReceive([first], topic(BOB, 'remote'));
    await aliceSays('hello back');
    expect(remote.pdu(remote.newest).prev_events).to.have.length(1);
    expect(room.membershipOf(BOB)).to.equal('join');
    expect(room.content('m.room.topic')).to.deep.equal({ topic: 'remote' });
    expect((await timelineOf(context, room)).slice(-3)).to.deep.equal(remote.eventIds.slice(-3));
    await expectAsOnDisk(context, room);
  });

  it('changes nothing for an event that comes twice, also at the same time', async () => {
    const { room, remote, receive } = await share();
    const eventId = await remote.send([remote.newest], say(BOB, 'once'));
    const both = await Promise.all([receive(eventId), receive(eventId)]);
    expect(both.map(({ outcome }) => outcome).sort()).to.deep.equal(['accepted', 'known']);
    expect((await receive(eventId)).outcome).to.equal('known');
    expect((await timelineOf(context, room)).filter((id) => id === eventId)).to.have.length(1);
  });

  it('fetches what came before an event and is not here', async () => {
    const { room, remote, receive } = await share();
    const first = await remote.send([remote.newest], topic(BOB, 'first'));
    const second = await remote.send([first], member(BOB, DAVE, 'ban'));
    const third = await remote.send([second], say(BOB, 'third'));
    expect((await receive(third)).outcome).to.equal('accepted');
    expect((await timelineOf(context, room)).slice(-3)).to.deep.equal([first, second, third]);
    expect(room.membershipOf(DAVE)).to.equal('ban');
    expect((await receive(second)).outcome).to.equal('known');
  });

  it('keeps an event whose predecessors cannot be had out of the room until they can', async () => {
    const { room, remote, receive, stored } = await share();
    const first = await remote.send([remote.newest], say(BOB, 'first'));
    const second = await remote.send([first], topic(BOB, 'second'));
    remote.withheld.add(first);
    expect((await receive(second)).outcome).to.equal('outlier');
    expect(room.content('m.room.topic')).to.equal(undefined);
    expect((await stored(second))?.status).to.equal(EventStatus.Outlier);
    expect(await timelineOf(context, room)).to.not.include(second);
    remote.withheld.delete(first);
    expect((await receive(second)).outcome).to.equal('accepted');
    expect(room.content('m.room.topic')).to.deep.equal({ topic: 'second' });
    expect((await timelineOf(context, room)).slice(-2)).to.deep.equal([first, second]);
    await expectAsOnDisk(context, room);
  });

  it('places an event after a gap on the state that its server tells, and resolves that with its own', async () => {
    const { room, remote, receive, stored } = await share();
    const missed = await remote.send([remote.newest], topic(BOB, 'missed'));
    const late = await remote.send([missed], member(BOB, DAVE, 'ban'));
    remote.withheld.add(missed);
    remote.tellsStates = true;
    expect((await receive(late)).outcome).to.equal('accepted');
    expect(room.content('m.room.topic')).to.deep.equal({ topic: 'missed' });
    expect((await stored(missed))?.status).to.equal(EventStatus.Outlier);
    expect(room.head.extremities).to.have.length(2);
    expect(await stateInMemory(context, room)).to.deep.equal(inOrder(await remote.stateAfter([late])));
    await expectAsOnDisk(context, room);
  });

  it('refuses, and does not keep, an event whose authority cannot be had', async () => {
    const { remote, receive, stored } = await share();
    const start = remote.newest;
    const join = await remote.join([start], `@erin:${REMOTE}`);
    const message = await remote.send([join], say(`@erin:${REMOTE}`, 'hello'));
    remote.withheld.add(join);
    expect((await receive(message)).outcome).to.equal('missing');
    expect(await stored(message)).to.equal(undefined);
    remote.withheld.delete(join);
    expect((await receive(message)).outcome).to.equal('accepted');
  });

  it('has two newest events after a fork, and merges them with what is sent here', async () => {
    const { room, remote, sendAndReceive, aliceSays } = await share();
    const start = remote.newest;
    const left = await sendAndReceive([start], say(BOB, 'left'));
    const right = await sendAndReceive([start], say(CAROL, 'right'));
    expect(room.head.extremities.map(({ eventId }) => eventId)).to.have.members([left, right]);
    await expectAsOnDisk(context, room);
    const merge = await aliceSays('both');
    expect(remote.pdu(merge).prev_events).to.have.members([left, right]);
    expect(room.head.extremities.map(({ eventId }) => eventId)).to.deep.equal([merge]);
  });

  it('takes an event in between messages that are sent here at the same time', async () => {
    const { room, remote, receive } = await share();
    const send = (body: string) => {
      const draft = { type: 'm.room.message', sender: alice, content: { msgtype: 'm.text', body } };
      return changeRoom(context, room, (chain) => chain.append(draft));
    };
    const received = await remote.send([remote.newest], topic(BOB, 'meanwhile'));
    const early = Array.from({ length: 10 }, (_, index) => send(`early ${index}`));
    const receiving = receive(received);
    const late = Array.from({ length: 10 }, (_, index) => send(`late ${index}`));
    expect((await receiving).outcome).to.equal('accepted');
    const sent = (await Promise.all([...early, ...late])).map(({ eventId }) => eventId);
    expect((await timelineOf(context, room)).slice(-21)).to.have.members([...sent, received]);
    await send('all');
    expect(room.head.extremities).to.have.length(1);
    expect(room.content('m.room.topic')).to.deep.equal({ topic: 'meanwhile' });
    await expectAsOnDisk(context, room);
  });

  it('places what waited for an event, and what waited for that, when the event comes', async () => {
    const { room, remote, receive, stored } = await share();
    const ids = [await remote.send([remote.newest], say(BOB, 'first'))];
    for (const text of ['second', 'third', 'fourth'])
      ids.push(await remote.send([ids.at(-1) ?? ''], topic(BOB, text)));
    const [first = '', ...others] = ids;
    for (const eventId of ids) remote.withheld.add(eventId);
    for (const eventId of others.toReversed()) expect((await receive(eventId)).outcome).to.equal('outlier');
    expect((await receive(first)).outcome).to.equal('accepted');
    expect((await timelineOf(context, room)).slice(-4)).to.deep.equal(ids);
    expect(room.content('m.room.topic')).to.deep.equal({ topic: 'fourth' });
    expect(room.head.extremities.map(({ eventId }) => eventId)).to.deep.equal([ids[3]]);
    expect((await stored(others[0] ?? ''))?.status).to.equal(EventStatus.Accepted);
    expect(await context.storage.waiting.areMany(room.nid, 1)).to.equal(false);
    await expectAsOnDisk(context, room);
  });

  it('keeps no more than a thousand events that wait for others', async function () {
    this.timeout(60_000);
    const { room, remote, stored } = await share();
    const start = remote.newest;
    const lost = await remote.send([start], say(BOB, 'lost'));
    remote.withheld.add(lost);
    const receive = async (text: string) => {
      const event = remote.sign(await remote.draft([lost], say(BOB, text)));
      return receiveEvent(context, room.roomId, event, remote);
    };
    for (let count = 0; count < 1000; count += 1) await receive(`${count}`);
    const { outcome, eventId } = await receive('one too many');
    expect(outcome).to.equal('missing');
    expect(await stored(eventId)).to.equal(undefined);
  });

  it('merges branches that become too many, with an event that clients do not see', async () => {
    const { room, remote, sendAndReceive } = await share();
    const start = remote.newest;
    for (let branch = 1; branch <= 11; branch += 1) await sendAndReceive([start], say(BOB, `${branch}`));
    expect(room.head.extremities).to.have.length(1);
    const [merge] = await context.storage.events.getAll([room.head.extremities[0]?.nid ?? 0]);
    expect(merge?.pdu).to.include({ type: 'org.matrix.dummy_event', sender: alice });
    expect(merge?.pdu.prev_events).to.have.length(11);
    const viewer = { userId: alice, userNid: await context.storage.strings.intern(alice), deviceId: 'D' };
    const { chunk } = await getMessages(context, room.roomId, viewer, { direction: 'b', filter: {} });
    expect(chunk.map(({ type }) => type)).to.not.include('org.matrix.dummy_event');
    expect(await failure(getEvent(context, room.roomId, merge?.eventId ?? '', viewer))).to.include({
      status: 404,
    });
  });

  it('names at most twenty of the newest events, and the others with the next', async () => {
    // Nobody may merge the branches with an event that says nothing.
    const { room, remote, sendAndReceive, aliceSays } = await share('10', { 'org.matrix.dummy_event': 101 });
    const start = remote.newest;
    for (let branch = 1; branch <= 23; branch += 1) await sendAndReceive([start], say(BOB, `${branch}`));
    expect(remote.pdu(await aliceSays('most')).prev_events).to.have.length(20);
    expect(room.head.extremities).to.have.length(4);
    expect(remote.pdu(await aliceSays('rest')).prev_events).to.have.length(4);
    expect(room.head.extremities).to.have.length(1);
  });

  for (const version of ['1', '2', '5', '10', '12']) {
    it(`resolves a ban and a demotion that cross, in version ${version}`, async () => {
      const shared = await share(version);
      const { room, remote, sendAndReceive } = shared;
      const start = remote.newest;
      await sendAndReceive([start], topic(CAROL, 'by Carol'));
      const left = await sendAndReceive([remote.newest], member(CAROL, DAVE, 'ban'));
      const levels = { ...room.content('m.room.power_levels') };
      const users = { ...(levels.users as JsonObject), [CAROL]: 0 };
      const right = await sendAndReceive([start], {
        type: 'm.room.power_levels',
        sender: BOB,
        stateKey: '',
        content: { ...levels, users },
      });
      expect(await stateInMemory(context, room)).to.deep.equal(
        inOrder(await remote.stateAfter([left, right])),
      );
      await expectAsOnDisk(context, room);
      await shared.aliceSays('merged');
      expect(await stateInMemory(context, room)).to.deep.equal(
        inOrder(await remote.stateAfter([remote.newest])),
      );
      await expectAsOnDisk(context, room);
    });
  }

  for (const version of ['1', '2']) {
    it(`makes events that other servers take, with IDs and hashes of their own, in version ${version}`, async () => {
      const { room, remote, aliceSays, stored } = await share(version);
      const before = room.head.extremities.map(({ eventId }) => eventId);
      const messages = await Promise.all(['one', 'two', 'three'].map((body) => aliceSays(body)));
      for (const [at, eventId] of messages.entries()) {
        const event = await stored(eventId);
        if (event === undefined) throw new Error('not stored');
        const text = await storedJson(context, event.nid);
        const pdu = pduFromWire(pduToWire(JSON.parse(text), remote.rules), remote.rules);
        expect(pdu.event_id)
          .to.equal(eventId)
          .and.to.match(/^\$[A-Za-z0-9]{18}:test$/);
        expect(contentHash(pdu, remote.rules)).to.equal(pdu.hashes.sha256);
        expect(pdu.prev_events).to.deep.equal(at === 0 ? before : [messages[at - 1]]);
        for (const key of ['prev_events', 'auth_events'] as const) {
          const hashes = pdu[key].map((id) => referenceHash(remote.pdu(id), remote.rules).toString('base64'));
          expect(pdu.reference_hashes?.[key].map(({ sha256 }) => `${sha256}=`)).to.deep.equal(hashes);
        }
      }
      expect((await contradictionsIn(context.storage.database)).join()).to.not.include(messages[0]);
    });
  }

  it('takes back, members included, what a ban on another branch undoes', async () => {
    const { room, remote, sendAndReceive, aliceSays } = await share();
    const zoe = await test.user('zoe');
    const start = remote.newest;
    const invite = await sendAndReceive([start], member(CAROL, zoe.userId, 'invite'));
    await sendAndReceive([invite], topic(CAROL, 'by Carol'));
    expect((await context.userRooms.of(zoe.userNid)).get(room.nid)?.membership).to.equal('invite');
    expect(room.invitedCount).to.equal(1);
    await sendAndReceive([start], member(BOB, CAROL, 'ban'));
    expect(room.content('m.room.topic')).to.equal(undefined);
    expect(room.membershipOf(zoe.userId)).to.equal(undefined);
    expect(room.invitedCount).to.equal(0);
    expect((await context.userRooms.of(zoe.userNid)).get(room.nid)).to.equal(undefined);
    await expectAsOnDisk(context, room);
    await aliceSays('merged');
    expect(await stateInMemory(context, room)).to.deep.equal(
      inOrder(await remote.stateAfter([remote.newest])),
    );
    await expectAsOnDisk(context, room);
  });

  it('drops an event that its server did not sign, and one that was changed after', async () => {
    const { room, remote, stored } = await share();
    const draft = await remote.draft([remote.newest], say(BOB, 'hello'));
    const signed = remote.sign(draft);
    const forged = { ...signed, depth: signed.depth + 1 };
    const unsigned = { ...signed, signatures: {} };
    for (const event of [forged, unsigned]) {
      const error = await failure(receiveEvent(context, room.roomId, event, remote));
      expect(error).to.include({ status: 403, errcode: 'M_FORBIDDEN' });
      expect(await stored(eventIdOf(event, remote.rules))).to.equal(undefined);
    }
  });

  it('drops what is no event of this room', async () => {
    const { room, remote } = await share();
    const other = await share();
    const foreign = other.remote.json(other.remote.newest);
    const draft = await remote.draft([remote.newest], say(BOB, 'x'.repeat(70_000)));
    for (const json of [null, {}, foreign, remote.sign(draft)]) {
      const error = await failure(receiveEvent(context, room.roomId, json, remote));
      expect(error.status).to.be.oneOf([400, 413]);
    }
    expect(await failure(receiveEvent(context, '!nowhere', foreign, remote))).to.include({ status: 404 });
  });

  it('stores an event redacted whose content is not what was hashed', async () => {
    const { room, remote, stored } = await share();
    const signed = remote.sign(await remote.draft([remote.newest], say(BOB, 'true')));
    const changed = { ...signed, content: { msgtype: 'm.text', body: 'false' } };
    const { eventId, outcome } = await receiveEvent(context, room.roomId, changed, remote);
    expect({ eventId, outcome }).to.deep.equal({
      eventId: eventIdOf(signed, remote.rules),
      outcome: 'accepted',
    });
    expect((await stored(eventId))?.pdu.content).to.deep.equal({});
  });

  it('rejects what the rules do not allow, and takes in what follows it', async () => {
    const { room, remote, receive, stored, sendAndReceive } = await share();
    const start = remote.newest;
    const bad = await remote.send([start], topic(DAVE, 'by Dave'));
    expect((await receive(bad)).outcome).to.equal('rejected');
    expect((await stored(bad))?.status).to.equal(EventStatus.Rejected);
    expect(room.content('m.room.topic')).to.equal(undefined);
    expect(room.head.extremities.map(({ eventId }) => eventId)).to.deep.equal([start]);
    const good = await sendAndReceive([bad], say(DAVE, 'well then'));
    expect(room.content('m.room.topic')).to.equal(undefined);
    expect(room.head.extremities.map(({ eventId }) => eventId)).to.deep.equal([good]);
    expect((await timelineOf(context, room)).slice(-2)).to.deep.equal([start, good]);
  });

  it('rejects what names a rejected event as its authority', async () => {
    const { remote, receive, room } = await share();
    const start = remote.newest;
    const bad = await remote.send([start], { ...member(DAVE, CAROL, 'ban') });
    expect((await receive(bad)).outcome).to.equal('rejected');
    const draft = await remote.draft([start], say(CAROL, 'hello'));
    const authEvents = draft.auth_events.map((id) => (remote.pdu(id).state_key === CAROL ? bad : id));
    const event = remote.sign({ ...draft, auth_events: authEvents });
    const { outcome, reason } = await receiveEvent(context, room.roomId, event, remote);
    expect({ outcome, reason }).to.deep.equal({
      outcome: 'rejected',
      reason: `auth_events has ${bad}, which was rejected`,
    });
  });

  it('soft-fails what only an old branch allows, and lets it count when branches meet', async () => {
    const { room, remote, receive, stored, sendAndReceive } = await share();
    const start = remote.newest;
    const ban = await sendAndReceive([start], member(BOB, CAROL, 'ban'));
    const late = await remote.send([start], topic(CAROL, 'late'));
    expect((await receive(late)).outcome).to.equal('soft-failed');
    expect((await stored(late))?.status).to.equal(EventStatus.SoftFailed);
    expect(room.head.extremities.map(({ eventId }) => eventId)).to.deep.equal([ban]);
    expect(await timelineOf(context, room)).to.not.include(late);
    const after = await sendAndReceive([late, ban], say(BOB, 'seen both'));
    expect(await stateInMemory(context, room)).to.deep.equal(inOrder(await remote.stateAfter([after])));
    expect(room.head.extremities.map(({ eventId }) => eventId)).to.deep.equal([after]);
  });

  it('forgets an extremity that is followed through a soft-failed event', async () => {
    const { room, remote, receive, sendAndReceive } = await share();
    const start = remote.newest;
    const base = await sendAndReceive([start], say(BOB, 'base'));
    const ban = await sendAndReceive([start], member(BOB, CAROL, 'ban'));
    const late = await remote.send([base], say(CAROL, 'late'));
    expect((await receive(late)).outcome).to.equal('soft-failed');
    const next = await sendAndReceive([late], say(BOB, 'next'));
    expect(room.head.extremities.map(({ eventId }) => eventId)).to.have.members([ban, next]);
  });

  it('applies redactions of those who may', async () => {
    const { remote, stored, sendAndReceive } = await share();
    const message = await sendAndReceive([remote.newest], say(DAVE, 'oops'));
    const redaction = { type: 'm.room.redaction', sender: DAVE, content: { redacts: message } };
    const redacted = await sendAndReceive([message], redaction);
    expect((await stored(message))?.redactedBy).to.equal((await stored(redacted))?.nid);
  });

  it('applies a redaction that came before what it redacts, if its sender may', async () => {
    const { room, remote, receive, stored, sendAndReceive } = await share();
    const start = remote.newest;
    const [secret, other] = [
      await remote.send([start], say(DAVE, 'secret')),
      await remote.send([start], topic(BOB, 'x')),
    ];
    const redact = (sender: string, target: string): RemoteSending => ({
      type: 'm.room.redaction',
      sender,
      content: { redacts: target },
    });
    const byDave = await sendAndReceive([start], redact(DAVE, secret));
    await sendAndReceive([byDave], redact(CAROL, other));
    expect((await receive(secret)).outcome).to.equal('accepted');
    expect((await receive(other)).outcome).to.equal('accepted');
    expect((await stored(secret))?.redactedBy).to.equal((await stored(byDave))?.nid);
    expect((await stored(other))?.redactedBy).to.be.a('number');
    expect(room.content('m.room.topic')).to.deep.equal({});
    await expectAsOnDisk(context, room);
    const restarted = restartedRooms(context);
    expect((await restarted.storage.events.getById(secret))?.redactedBy).to.be.a('number');
    const again = await sendAndReceive([remote.newest], say(BOB, 'later'));
    expect((await stored(again))?.redactedBy).to.equal(null);
  });

  it('does not apply a redaction that waited, if its sender may not', async () => {
    const { room, remote, receive, stored, aliceSays, sendAndReceive } = await share();
    const start = remote.newest;
    const message = await aliceSays('hello');
    expect((await stored(message))?.redactedBy).to.equal(null);
    const hidden = await remote.send([start], say(BOB, 'of the same server'));
    for (const target of [message, hidden]) {
      await sendAndReceive([start], { type: 'm.room.redaction', sender: DAVE, content: { redacts: target } });
    }
    await receive(hidden);
    // What a server's users have said, its other users may redact: it is the server's word.
    expect((await stored(hidden))?.redactedBy).to.be.a('number');
    expect((await stored(message))?.redactedBy).to.equal(null);
    await expectAsOnDisk(context, room);
  });

  it('goes by the server in the ID of an event where the room version does', async () => {
    const { remote, receive, stored, aliceSays, sendAndReceive } = await share('1');
    const own = await sendAndReceive([remote.newest], say(BOB, 'own server'));
    const foreign = await aliceSays('other server');
    const redact = (target: string) =>
      remote.send([foreign], { type: 'm.room.redaction', sender: DAVE, redacts: target });
    const first = await redact(own);
    const second = await redact(foreign);
    expect((await receive(first)).outcome).to.equal('accepted');
    expect((await receive(second)).outcome).to.equal('rejected');
    expect((await stored(own))?.redactedBy).to.equal((await stored(first))?.nid);
    expect((await stored(foreign))?.redactedBy).to.equal(null);
  });

  it('goes on where it was after a restart between two branches', async () => {
    const { room, remote, sendAndReceive } = await share();
    const start = remote.newest;
    const left = await sendAndReceive([start], topic(BOB, 'left'));
    const right = await sendAndReceive([start], member(CAROL, DAVE, 'ban'));
    const restarted = { ...restartedRooms(context), signingKeys: remoteKeys };
    const merge = await remote.send([left, right], say(BOB, 'merge'));
    const { outcome } = await receiveEvent(restarted, room.roomId, remote.json(merge), remote);
    expect(outcome).to.equal('accepted');
    const again = await existingRoom(restarted, room.roomId);
    expect(await stateInMemory(restarted, again)).to.deep.equal(inOrder(await remote.stateAfter([merge])));
    await expectAsOnDisk(restarted, again);
  });
});

async function storedJson({ storage }: IntakeContext, nid: number): Promise<string> {
  const query = defineQuery<[number], { json: string }>('SELECT json FROM events WHERE nid = ?');
  return (await storage.database.get(query, [nid]))?.json ?? '';
}

async function failure(promise: Promise<unknown>): Promise<MatrixError> {
  return (await rejection(promise)) as MatrixError;
}
