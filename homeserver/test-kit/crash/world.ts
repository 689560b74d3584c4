import type { Dice } from '../random-history.ts';
import { pick } from '../random-history.ts';
import { roomPath, type TestResponse, type TestUser } from '../test-user.ts';
import type { CrashProcess } from './crash-process.ts';
import type { Deed, Ledger } from './ledger.ts';

/** What those who act in a round share. */
export interface World {
  readonly ledger: Ledger;
  readonly dice: Dice;
  /** Those who are in the rooms; the first made them. */
  readonly people: readonly TestUser[];
  /** The room in which everybody is. */
  readonly roomId: string;
  /** A room of the other server, which the first of the people is in. */
  readonly forkedRoomId: string;
  /** Those that run, or did until a moment ago. */
  readonly servers: readonly CrashProcess[];
  /** What was answered otherwise than it should. */
  readonly faults: string[];
  /** Nobody is to begin anything any more. */
  isOver: boolean;
}

/** Whether there is still something to do, and somebody to ask. */
export function isRunning({ isOver, servers }: World): boolean {
  return !isOver && servers.some((server) => !server.isGone);
}

/** One of the servers that run; else one that does not. */
export function anyServer({ servers, dice }: Pick<World, 'servers' | 'dice'>): CrashProcess {
  const running = servers.filter((server) => !server.isGone);
  return pick(running.length === 0 ? servers : running, dice);
}

/**
 * Asks for something and writes down what became of it. What the rules do not allow is refused, which is fine.
 *
 * @returns the answer; undefined when the connection broke, and nobody knows.
 */
export async function attempt(
  world: World,
  user: TestUser,
  deed: Deed,
  method: 'PUT' | 'POST',
  path: string,
  body: object,
): Promise<TestResponse['body'] | undefined> {
  const response = await user.request(method, path, body).catch(() => undefined);
  if (response === undefined) return undefined;
  if (response.status === 200) {
    world.ledger.acknowledge(deed, response.body.event_id);
    return response.body;
  }
  deed.state = 'refused';
  if (response.status !== 403 && response.status !== 404) {
    world.faults.push(`${method} ${path}: ${response.status} ${JSON.stringify(response.body)}`);
  }
  return undefined;
}

/** Sends a message with a mark, whose transaction is the mark. @returns the event's ID. */
export async function sendMarked(
  world: World,
  user: TestUser,
  roomId: string,
  deed: Deed,
): Promise<string | undefined> {
  const path = `${roomPath(roomId)}/send/m.room.message/${deed.mark}`;
  return (await attempt(world, user, deed, 'PUT', path, { msgtype: 'm.text', body: deed.mark }))?.event_id;
}
