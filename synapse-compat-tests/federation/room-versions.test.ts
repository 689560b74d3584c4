import { expect } from 'chai';
import { supportedRoomVersions } from '../../homeserver/src/protocol/room-versions.ts';
import { eventually } from '../../homeserver/test-kit/eventually.ts';
import { roomPath, type TestUser } from '../../homeserver/test-kit/test-user.ts';
import { joinVia, untilMember, untilSeen, untilSynced } from '../../homeserver/test-kit/two-servers.ts';
import { bothWays, empower, untilSameState, untilState } from './both-ways.ts';

/** What an upgrade leaves behind names the room that follows. */
async function successorOf(viewer: TestUser, roomId: string): Promise<string> {
  let successor: unknown;
  await untilState(viewer, roomId, 'm.room.tombstone', (content) => {
    successor = content.replacement_room;
    return typeof successor === 'string';
  });
  return String(successor);
}

bothWays('rooms of every version', (way) => {
  for (const version of supportedRoomVersions) {
    it(`join one of version ${version}, talk, redact, and see the same state`, async () => {
      const { owner, visitor, roomId } = await way.meetIn({ room_version: version });
      const [asked, answered] = [await visitor.say(roomId, 'hello?'), await owner.say(roomId, 'hello')];
      expect((await untilSeen(owner, roomId, asked)).content.body).to.equal('hello?');
      expect((await untilSeen(visitor, roomId, answered)).content.body).to.equal('hello');
      await empower(owner, visitor, roomId);
      await visitor.setState(roomId, 'm.room.topic', { topic: `version ${version}` });
      for (const [redacter, reader, eventId] of [
        [owner, visitor, asked],
        [visitor, owner, answered],
      ] as const) {
        const path = `${roomPath(roomId)}/redact/${encodeURIComponent(eventId)}/gone`;
        await redacter.ok('PUT', path, { reason: 'in vain' });
        await eventually(
          async () => (await untilSeen(reader, roomId, eventId)).unsigned?.redacted_because !== undefined,
        );
        expect((await untilSeen(reader, roomId, eventId)).content).to.deep.equal({});
      }
      await untilState(owner, roomId, 'm.room.topic', ({ topic }) => topic === `version ${version}`);
      await untilSameState(roomId, { owner, visitor });
    });
  }

  it('follow to the room that follows when the owner upgrades', async () => {
    const { owner, visitor, roomId } = await way.meetIn({ room_version: '10', name: 'Old walls' });
    const { replacement_room: next } = await owner.ok('POST', `${roomPath(roomId)}/upgrade`, {
      new_version: '12',
    });
    expect(await successorOf(visitor, roomId)).to.equal(next);
    await joinVia(visitor, next, way.host.serverName);
    await untilMember(owner, next, visitor, 'join');
    const create = await visitor.ok('GET', `${roomPath(next)}/state/m.room.create/`);
    expect(create.predecessor.room_id).to.equal(roomId);
    await untilState(visitor, next, 'm.room.name', ({ name }) => name === 'Old walls');
    const eventId = await visitor.say(next, 'the same, but new');
    await untilSeen(owner, next, eventId);
    await untilSameState(next, { owner, visitor });
  });

  it('upgrade it, and the owner follows', async () => {
    const { owner, visitor, roomId } = await way.meetIn({ room_version: '11', name: 'Old walls' });
    await empower(owner, visitor, roomId);
    const { replacement_room: next } = await visitor.ok('POST', `${roomPath(roomId)}/upgrade`, {
      new_version: '12',
    });
    expect(await successorOf(owner, roomId)).to.equal(next);
    await joinVia(owner, next, way.guest.serverName);
    await untilSynced(owner, ({ rooms }) => rooms?.join?.[next]);
    await untilSameState(next, { owner, visitor });
    await untilState(owner, next, 'm.room.name', ({ name }) => name === 'Old walls');
  });
});
