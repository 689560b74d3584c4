import { expect } from 'chai';
import { REMOTE, RemoteRoom, remoteKeys } from '../../../test-kit/remote-room.ts';
import { openTestRooms, type TestRooms } from '../../../test-kit/rooms-for-tests.ts';
import { contradictionsIn } from '../../../test-kit/sound-database.ts';
import { type UndoneChanges, withUndoneChanges } from '../../../test-kit/undone-changes.ts';
import { createRoom, receiveEvent, redactEvent, sendEvent } from '../../rooms/index.ts';
import { readColumns } from '../database/schema.ts';
import { defineQuery } from '../database/sql.ts';
import { COUNTED } from './counters.ts';
import { unknownLinks } from './links.ts';

const BOB = `@bob:${REMOTE}`;

/** What is done to a database by hand, and what the checker then says. */
const DAMAGES: readonly [what: string, damage: string, found: RegExp][] = [
  [
    'a row that leads nowhere',
    'UPDATE events SET sender_nid = 999999 WHERE nid = 2',
    /events.sender_nid is 999999/,
  ],
  [
    'sessions without a device',
    'DELETE FROM devices',
    /access_tokens has 1 row\(s\) of user \d+ that belong/,
  ],
  ['a device without a user', 'DELETE FROM users', /devices has 1 row\(s\) of user/],
  [
    'a counter that goes back',
    "UPDATE counters SET value = 1 WHERE name = 'event'",
    /counter event is 1, and events.nid/,
  ],
  ['a counter that is gone', "DELETE FROM counters WHERE name = 'room'", /there is no counter room/],
  [
    'content that was changed',
    `UPDATE events SET json = replace(json, 'first', 'other') ${ofMessage('first')}`,
    /has not the content/,
  ],
  [
    'an event under another name',
    `UPDATE events SET event_id = '$other' ${ofMessage('first')}`,
    /event \$other is called \$/,
  ],
  [
    'a signature that is none',
    `UPDATE events SET json = replace(json, '"ed25519:test":"', '"ed25519:test":"AAAA') ${ofMessage('first')}`,
    /has no valid signature of test/,
  ],
  [
    "a time that is not the event's",
    'UPDATE events SET origin_server_ts = 1 WHERE nid = 2',
    /has the time \d+, and its row 1/,
  ],
  [
    'a room version that does not exist',
    "UPDATE rooms SET room_version = '99'",
    /has the unknown version 99/,
  ],
  [
    'an event whose predecessor is gone',
    `DELETE FROM events ${ofMessage('first')}`,
    /follows \$\S+, which is not here/,
  ],
  [
    'an accepted event without a row in the log',
    `DELETE FROM log WHERE ref = (SELECT nid FROM events ${ofMessage('first')})`,
    /was accepted and has no row in the log/,
  ],
  [
    'an event that is in the log twice',
    'INSERT INTO log (position, kind, room_nid, ref) SELECT 999999, kind, room_nid, ref FROM log WHERE kind = 1 AND ref = 3',
    /event 3 has 2 rows in the log/,
  ],
  [
    'a rejected event in the log',
    `UPDATE events SET status = 2 ${ofMessage('first')}`,
    /row \d+ of the log has \$\S+, not accepted/,
  ],
  [
    'a row of the log in another room',
    'UPDATE log SET room_nid = room_nid + 1 WHERE kind = 1 AND ref = 3',
    /in another room than the event's own/,
  ],
  [
    'an event before the one that it follows',
    'UPDATE log SET position = -position WHERE kind = 1 AND ref = 3',
    /follows \$\S+, and is before it in the log/,
  ],
  [
    'extremities that are followed',
    "UPDATE rooms SET extremities = '[2]'",
    /has the extremities 2, and its newest events are/,
  ],
  ['a depth that is too small', 'UPDATE rooms SET depth = 1', /has depth 1, and its deepest event \d+/],
  ['a version that is behind', 'UPDATE rooms SET version = 1', /has version 1 after \d+ events/],
  [
    'a snapshot whose block is gone',
    'DELETE FROM state_blocks WHERE block_nid = 2',
    /snapshot \d+ of \S+ has block 2, which is not here/,
  ],
  [
    'a move from a state that is not here',
    "UPDATE log SET key = '99999 1' WHERE kind = 6",
    /row \d+ of the log names snapshot 99999, which is not here/,
  ],
  [
    'a block that no snapshot names',
    'INSERT INTO state_blocks SELECT 99999, type_nid, state_key_nid, event_nid FROM state_blocks WHERE block_nid = 2',
    /block 99999 is named by no snapshot/,
  ],
  [
    'an entry under another key',
    `UPDATE state_blocks SET state_key_nid = 1 WHERE event_nid = (SELECT max(event_nid) FROM state_blocks)`,
    /under a type and key that it has not/,
  ],
  [
    'a state before an event that is another one',
    `UPDATE events SET snapshot_nid = 2 ${ofMessage('first')}`,
    /the state before \$\S+ is not what the events/,
  ],
  [
    'a merge that was resolved to something else',
    `UPDATE events SET snapshot_nid = 2 ${ofMessage('merged')}`,
    /the state before \$\S+ is not what the events/,
  ],
  [
    'a current state that is an older one',
    'UPDATE rooms SET snapshot_nid = 2',
    /the current state of \S+ is not what its newest events lead to/,
  ],
  [
    'a state event that says it replaced another',
    "UPDATE events SET replaces_nid = 1 WHERE type_nid = (SELECT nid FROM strings WHERE value = 'm.room.topic')",
    /replaced event 1, and the state before it has/,
  ],
  [
    'a member that the state has not',
    'UPDATE room_members SET event_nid = 2',
    /has user \d+ by event 2, and its state by/,
  ],
  [
    'a membership that is another one',
    "UPDATE room_members SET membership = 'ban'",
    /has user \d+ as ban, event \d+ as join/,
  ],
  ['a member who is missing', 'DELETE FROM room_members', /lacks user \d+, whom event \d+ of its state has/],
  [
    'a redaction of something else',
    `UPDATE events SET redacted_by = 2 ${ofMessage('first')}`,
    /is redacted by \$\S+, which does not name it/,
  ],
  [
    'a transaction of somebody else',
    'UPDATE transactions SET user_nid = user_nid + 1',
    /is of somebody else than the sender/,
  ],
  [
    'a receipt for an event that is not here',
    "INSERT INTO receipts SELECT nid, 1, 'm.read', '', '$none', 1, 0 FROM rooms",
    /a receipt is for \$none at 1/,
  ],
  [
    'a receipt beyond the log',
    "INSERT INTO receipts SELECT nid, 1, 'm.read', '', '$none', 999999, 0 FROM rooms",
    /which the log has not reached/,
  ],
];

function ofMessage(body: string): string {
  return `WHERE json LIKE '%"body":"${body}"%'`;
}

describe('The check of a database', () => {
  let test: TestRooms;

  before(async () => {
    test = await openTestRooms();
    await fill(test);
  });

  after(() => test.close());

  it('finds nothing in a sound one', async () => {
    expect(await contradictionsIn(test.rooms.storage.database)).to.deep.equal([]);
  });

  for (const [what, damage, found] of DAMAGES) {
    it(`finds ${what}`, () =>
      withUndoneChanges(test.url, async (database) => {
        expect(await database.change(damage), 'rows that were damaged').to.be.above(0);
        expect(
          (await contradictionsIn(database)).some((text) => found.test(text)),
          await listed(database),
        ).to.equal(true);
      }));
  }

  it('tells how many there are, and only the first of them', () =>
    withUndoneChanges(test.url, async (database) => {
      await database.change('UPDATE events SET origin_server_ts = 1');
      const found = await contradictionsIn(database);
      expect(found).to.have.length(20);
    }));

  it('knows what every counter and every column with a number is for', async () => {
    const { database } = test.rooms.storage;
    expect(unknownLinks(await readColumns(database))).to.deep.equal([]);
    const names = await database.all(defineQuery<[], { name: string }>('SELECT name FROM counters'), []);
    expect(Object.keys(COUNTED)).to.have.members(names.map(({ name }) => name));
  });
});

async function listed(database: UndoneChanges): Promise<string> {
  return (await contradictionsIn(database)).join('\n');
}

/** One room with messages, a redaction, and branches of another server that were merged. */
async function fill({ rooms, user }: TestRooms): Promise<void> {
  const alice = await user('alice');
  let transactions = 0;
  const transaction = () => {
    transactions += 1;
    return { userNid: alice.userNid, deviceId: alice.deviceId, scope: 'send', txnId: `t${transactions}` };
  };
  const roomId = await createRoom(rooms, alice.userId, {
    preset: 'public_chat',
    powerLevelOverride: { users: { [BOB]: 50 } },
  });
  const target = { roomId, sender: alice.userId };
  const say = (body: string) =>
    sendEvent(rooms, target, 'm.room.message', { msgtype: 'm.text', body }, transaction());
  const remote = await RemoteRoom.of(rooms.storage, roomId);
  const intake = { ...rooms, signingKeys: remoteKeys };
  const receive = async (eventId: string) => {
    await receiveEvent(intake, roomId, remote.json(eventId), remote);
    return eventId;
  };
  const joined = await receive(await remote.join([remote.newest], BOB));
  const branch = (key: string, text: string) =>
    remote.send([joined], { type: `m.room.${key}`, sender: BOB, stateKey: '', content: { [key]: text } });
  await receive(await branch('topic', 'one branch'));
  await receive(await branch('name', 'the other branch'));
  await say('merged');
  await say('first');
  await redactEvent(rooms, target, await say('second'), {}, transaction());
  for (let message = 3; message <= 25; message += 1) await say(`message ${message}`);
}
