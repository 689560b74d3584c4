import type { JsonObject } from '../src/protocol/canonical-json.ts';
import { pduFromWire, pduToWire } from '../src/protocol/wire.ts';
import type { FakeHomeserver } from './fake-homeserver.ts';
import { REMOTE, RemoteRoom } from './remote-room.ts';

/** The creator of the rooms that `openRemoteRoom` makes. */
export const CREATOR = `@creator:${REMOTE}`;

/**
 * Makes a room of a fake homeserver that a user of the server under test may join.
 *
 * @param joined runs when the fake has accepted the join, and before it answers.
 */
export async function openRemoteRoom(
  fake: FakeHomeserver,
  userId: string,
  joined: (room: RemoteRoom) => Promise<void>,
): Promise<RemoteRoom> {
  const room = await RemoteRoom.create('11');
  const rules = {
    type: 'm.room.join_rules',
    sender: CREATOR,
    stateKey: '',
    content: { join_rule: 'public' },
  };
  const before = await room.send([room.newest], rules);
  fake.answer('GET', '/_matrix/federation/v1/make_join/{roomId}/{userId}', async () => {
    const content = { membership: 'join' };
    const draft = await room.draft([before], {
      type: 'm.room.member',
      sender: userId,
      stateKey: userId,
      content,
    });
    return { room_version: '11', event: pduToWire(draft, room.rules) };
  });
  fake.answer('PUT', '/_matrix/federation/v2/send_join/{roomId}/{eventId}', async ({ params, body }) => {
    const { state, authChain } = await room.foreignState([before]);
    await room.learn(params.eventId ?? '', pduFromWire(body, room.rules));
    await joined(room);
    return { state, auth_chain: authChain, event: body } as JsonObject;
  });
  return room;
}
