import { expect } from 'chai';
import { roomPath, type TestResponse, type TestUser } from '../../homeserver/test-kit/test-user.ts';
import { joinVia, untilMember, untilSeen } from '../../homeserver/test-kit/two-servers.ts';
import { bothWays } from './both-ways.ts';

const MESSAGES = 500;

/** The texts of a room as somebody reads them who scrolls to its beginning, the oldest first. */
async function readAll(reader: TestUser, roomId: string): Promise<string[]> {
  const read: string[] = [];
  let from: string | undefined;
  do {
    const query = new URLSearchParams({ dir: 'b', limit: '100', ...(from !== undefined && { from }) });
    const { chunk, end } = await reader.ok('GET', `${roomPath(roomId)}/messages?${query}`);
    for (const { type, content } of chunk) if (type === 'm.room.message') read.push(content.body);
    from = end;
  } while (from !== undefined);
  return read.reverse();
}

bothWays('history', (way) => {
  it(`is ${MESSAGES} messages from before somebody came, in their order`, async () => {
    const { owner, visitor } = await way.meet();
    const roomId = await owner.createRoom({ preset: 'public_chat' });
    const said = Array.from({ length: MESSAGES }, (_unused, index) => `message ${index}`);
    for (const body of said) await owner.say(roomId, body);
    await joinVia(visitor, roomId, way.host.serverName);
    expect(await readAll(visitor, roomId)).to.deep.equal(said);
  });

  it('is whole for somebody who left, and came back after others had talked', async () => {
    const { owner, visitor, roomId } = await way.meetIn();
    await untilSeen(visitor, roomId, await owner.say(roomId, 'before'));
    await visitor.ok('POST', `${roomPath(roomId)}/leave`, {});
    await untilMember(owner, roomId, visitor, 'leave');
    const meanwhile = Array.from({ length: 150 }, (_unused, index) => `message ${index}`);
    for (const body of meanwhile) await owner.say(roomId, body);
    await joinVia(visitor, roomId, way.host.serverName);
    await untilMember(owner, roomId, visitor, 'join');
    await untilSeen(visitor, roomId, await owner.say(roomId, 'after'));
    expect(await readAll(visitor, roomId)).to.deep.equal(['before', ...meanwhile, 'after']);
  });

  for (const [visibility, expected] of [
    ['world_readable', ['before', 'after']],
    ['shared', ['before', 'after']],
    ['invited', ['after']],
    ['joined', ['after']],
  ] as const) {
    it(`shows ${expected.length === 2 ? 'what' : 'nothing of what'} was said before where it is ${visibility}`, async () => {
      const { owner, visitor } = await way.meet();
      const content = { history_visibility: visibility };
      const roomId = await owner.createRoom({
        preset: 'public_chat',
        initial_state: [{ type: 'm.room.history_visibility', state_key: '', content }],
      });
      await owner.say(roomId, 'before');
      await joinVia(visitor, roomId, way.host.serverName);
      await untilMember(owner, roomId, visitor, 'join');
      await untilSeen(visitor, roomId, await owner.say(roomId, 'after'));
      expect(await readAll(visitor, roomId)).to.deep.equal(expected);
    });
  }

  it('is entered at a date, and read around there', async () => {
    const { owner, visitor } = await way.meet();
    const roomId = await owner.createRoom({ preset: 'public_chat' });
    const said: string[] = [];
    for (let count = 0; count < 40; count += 1) said.push(await owner.say(roomId, `message ${count}`));
    const wanted = said[10] ?? '';
    const { origin_server_ts: ts } = await owner.ok(
      'GET',
      `${roomPath(roomId)}/event/${encodeURIComponent(wanted)}`,
    );
    await joinVia(visitor, roomId, way.host.serverName);
    const path = `/_matrix/client/v1/rooms/${encodeURIComponent(roomId)}/timestamp_to_event`;
    for (const dir of ['f', 'b']) {
      const found = await visitor.ok('GET', `${path}?ts=${ts}&dir=${dir}`);
      // Two messages may be of the same millisecond.
      expect(found.origin_server_ts).to.equal(ts);
      const around = await visitor.ok(
        'GET',
        `${roomPath(roomId)}/context/${encodeURIComponent(found.event_id)}?limit=6`,
      );
      const ids = [around.event, ...around.events_before, ...around.events_after].map(
        ({ event_id: id }: TestResponse['body']) => id,
      );
      expect(ids).to.include.members([wanted]);
    }
  });
});
