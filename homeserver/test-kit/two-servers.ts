import { eventually } from './eventually.ts';
import { TestNetwork } from './test-network.ts';
import type { TestServer } from './test-server.ts';
import { roomPath, type TestResponse, type TestUser } from './test-user.ts';

/** Two servers of ours that reach each other, with somebody on each. */
export interface TwoServers {
  readonly network: TestNetwork;
  readonly here: TestServer;
  readonly there: TestServer;
  /** On `here.test`. */
  readonly alice: TestUser;
  /** On `there.test`. */
  readonly bob: TestUser;
}

export async function startTwoServers(): Promise<TwoServers> {
  const network = await TestNetwork.create();
  const [here, there] = [await network.startServer('here.test'), await network.startServer('there.test')];
  return { network, here, there, alice: await here.register('alice'), bob: await there.register('bob') };
}

/** Joins a room through a server that is named. */
export async function joinVia(user: TestUser, room: string, server: string): Promise<void> {
  await user.ok(
    'POST',
    `/_matrix/client/v3/join/${encodeURIComponent(room)}?via=${encodeURIComponent(server)}`,
    {},
  );
}

/** A public room of one user that the other one has joined. */
export async function sharedRoom(owner: TestUser, guest: TestUser, body: object = {}): Promise<string> {
  const roomId = await owner.createRoom({ preset: 'public_chat', ...body });
  await joinVia(guest, roomId, serverOf(owner));
  await untilMember(owner, roomId, guest, 'join');
  return roomId;
}

/** Waits until a user's server knows of a membership. */
export async function untilMember(
  viewer: TestUser,
  roomId: string,
  { userId }: TestUser,
  membership: string,
): Promise<void> {
  const path = `${roomPath(roomId)}/state/m.room.member/${encodeURIComponent(userId)}`;
  await eventually(async () => (await viewer.request('GET', path)).body.membership === membership);
}

/** Waits until a user sees an event, and returns it. */
export async function untilSeen(
  viewer: TestUser,
  roomId: string,
  eventId: string,
): Promise<TestResponse['body']> {
  const path = `${roomPath(roomId)}/event/${encodeURIComponent(eventId)}`;
  await eventually(async () => (await viewer.request('GET', path)).status === 200);
  return viewer.ok('GET', path);
}

/**
 * Syncs again and again until an answer has what a test waits for, and returns that.
 *
 * @param from a token of an earlier sync; without it, rooms that were left before are not told of.
 */
export async function untilSynced<T>(
  user: TestUser,
  find: (answer: TestResponse['body']) => T | undefined,
  from?: string,
): Promise<T> {
  let since = from;
  let found: T | undefined;
  await eventually(async () => {
    const answer = await user.sync(since === undefined ? {} : { since, timeout: '500' });
    since = answer.next_batch;
    found = find(answer);
    return found !== undefined;
  });
  if (found === undefined) throw new Error('what was there is gone');
  return found;
}

function serverOf({ userId }: TestUser): string {
  return userId.slice(userId.indexOf(':') + 1);
}
