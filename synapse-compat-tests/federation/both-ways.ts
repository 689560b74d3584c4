import { eventually } from '../../homeserver/test-kit/eventually.ts';
import type { SynapseServer } from '../../homeserver/test-kit/synapse-server.ts';
import { TestNetwork } from '../../homeserver/test-kit/test-network.ts';
import type { TestServer } from '../../homeserver/test-kit/test-server.ts';
import { roomPath, type TestResponse, type TestUser } from '../../homeserver/test-kit/test-user.ts';
import { joinVia, untilMember, untilSynced } from '../../homeserver/test-kit/two-servers.ts';

let network: TestNetwork;
let guildhall: TestServer;
let synapse: SynapseServer;
let people = 0;

// Both are started once, for all files of this folder: nobody's tests mind who else is there.
before(async function () {
  this.timeout(90_000);
  network = await TestNetwork.create();
  [guildhall, synapse] = await Promise.all([network.startServer('localhost'), network.startSynapse()]);
});
after(() => network.stop());

/** One of the two servers, as its users see it. */
type Homeserver = Pick<TestServer, 'url' | 'serverName' | 'register'>;

/** Who keeps the rooms, and whose users come to see them. The servers are there when the tests run, not before. */
export interface Way {
  /** Whose users visit. */
  readonly from: 'Guildhall' | 'Synapse';
  readonly host: Homeserver;
  readonly guest: Homeserver;
  /** Two new users: an owner of rooms on the host, and somebody on the other server. */
  meet(): Promise<Pair>;
  /** As `meet`, and in a room: `preset` is `public_chat` unless `room` says otherwise. */
  meetIn(room?: object): Promise<Pair & { readonly roomId: string }>;
}

/** Two users who have not met yet. */
export interface Pair {
  readonly owner: TestUser;
  readonly visitor: TestUser;
}

/** Has the same tests for users of a real Synapse in rooms of ours, and for ours in rooms of Synapse. */
export function bothWays(subject: string, describeTests: (way: Way) => void): void {
  const servers = { Guildhall: () => guildhall, Synapse: () => synapse };
  for (const [host, guest] of [
    ['Guildhall', 'Synapse'],
    ['Synapse', 'Guildhall'],
  ] as const) {
    describe(`${subject}: from ${guest} to ${host}`, function () {
      this.timeout(60_000);
      describeTests(wayBetween(servers[host], servers[guest], guest));
    });
  }
}

function wayBetween(host: () => Homeserver, guest: () => Homeserver, from: Way['from']): Way {
  const meet = async () => {
    people += 1;
    const [owner, visitor] = await Promise.all([
      host().register(`owner${people}`),
      guest().register(`visitor${people}`),
    ]);
    return { owner, visitor };
  };
  return {
    from,
    get host() {
      return host();
    },
    get guest() {
      return guest();
    },
    meet,
    meetIn: async (room = {}) => {
      const pair = await meet();
      const roomId = await pair.owner.createRoom({ preset: 'public_chat', ...room });
      await joinVia(pair.visitor, roomId, host().serverName);
      await untilMember(pair.owner, roomId, pair.visitor, 'join');
      // A room that lacks members yet is in no sync, and Synapse then shows nothing that passed meanwhile.
      await untilSynced(pair.visitor, ({ rooms }) => rooms?.join?.[roomId]);
      return { ...pair, roomId };
    },
  };
}

/** Makes somebody of the other server as powerful as the owner, and waits until both servers know. */
export async function empower(owner: TestUser, visitor: TestUser, roomId: string): Promise<void> {
  const path = `${roomPath(roomId)}/state/m.room.power_levels/`;
  const levels = await owner.ok('GET', path);
  await owner.setState(roomId, 'm.room.power_levels', {
    ...levels,
    users: { ...levels.users, [visitor.userId]: 100 },
  });
  await untilState(visitor, roomId, 'm.room.power_levels', (found) => found.users?.[visitor.userId] === 100);
}

/** Waits until a piece of state is what it should be for a user. */
export async function untilState(
  viewer: TestUser,
  roomId: string,
  type: string,
  isRight: (content: TestResponse['body']) => boolean,
): Promise<void> {
  await eventually(async () => {
    const { status, body } = await viewer.request('GET', `${roomPath(roomId)}/state/${type}/`);
    return status === 200 && isRight(body);
  });
}

/** Waits until the servers of two users have the same state of a room, event for event. */
export async function untilSameState(roomId: string, { owner, visitor }: Pair): Promise<void> {
  await eventually(async () => {
    const [one, other] = await Promise.all([owner, visitor].map((viewer) => stateOf(viewer, roomId)));
    return one === other;
  });
}

async function stateOf(viewer: TestUser, roomId: string): Promise<string> {
  const events: TestResponse['body'][] = await viewer.ok('GET', `${roomPath(roomId)}/state`);
  return events
    .map(({ type, state_key: key, event_id: id }) => `${type} ${key} ${id}`)
    .sort()
    .join('\n');
}
