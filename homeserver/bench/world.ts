import { randomBytes } from 'node:crypto';
import { Audience } from './audience.ts';
import { type JsonObject, LoadClient, type Session } from './load-client.ts';

const ROOMS = 100;
const JOINERS = 10;
const SETUP_IN_FLIGHT = 4;

/** A server that is compared. */
export interface Contender {
  readonly name: string;
  readonly url: string;
  /** The registration shared secret. */
  readonly secret: string;
  /** What an acknowledged write survives, in a sentence. */
  readonly durability: string;
  /** The server's process and its database's; none if they are not known. */
  readonly pids: readonly number[];
}

/** The accounts and rooms of the benchmark on one server: somebody with 100 public rooms, and ten who will join. */
export class World {
  readonly #client: LoadClient;
  readonly #secret: string;
  readonly #owner: Session;
  readonly #roomPaths: readonly string[];
  readonly #joins: Iterator<{ session: Session; room: number }>;
  /** IDs of rooms beyond the hundred. */
  readonly #further: string[] = [];
  readonly #audience: Audience;
  #lastNumber = 0;

  private constructor(
    client: LoadClient,
    secret: string,
    owner: Session,
    joiners: readonly Session[],
    roomIds: readonly string[],
  ) {
    this.#client = client;
    this.#audience = new Audience(client);
    this.#secret = secret;
    this.#owner = owner;
    this.#roomPaths = roomIds.map((id) => `/_matrix/client/v3/rooms/${encodeURIComponent(id)}`);
    // One after the other through all rooms, so that neighbours in time are in different rooms.
    this.#joins = joiners.flatMap((session) => roomIds.map((_, room) => ({ session, room }))).values();
  }

  /** Registers the accounts and creates the rooms. */
  static async create({ url, secret }: Contender): Promise<World> {
    const client = new LoadClient(url);
    const run = randomBytes(4).toString('hex');
    const owner = await client.register(`bench-${run}`, secret);
    const joiners: Session[] = [];
    for (let index = 0; index < JOINERS; index += 1) {
      joiners.push(await client.register(`bench-${run}-${index}`, secret));
    }
    const roomIds: string[] = [];
    await createRooms(client, owner, roomIds, ROOMS);
    return new World(client, secret, owner, joiners, roomIds);
  }

  /** A number that this server has not seen: for transactions, and to tell one event from the other. */
  nextNumber(): number {
    this.#lastNumber += 1;
    return this.#lastNumber;
  }

  /** Gives the owner further rooms, until there are so many; they are for nothing but being there. */
  async growTo(rooms: number): Promise<void> {
    await createRooms(this.#client, this.#owner, this.#further, rooms - this.#roomPaths.length);
  }

  /** Lets further accounts join the first room and wait there for what is said, until they are so many. */
  async gather(listeners: number): Promise<Audience> {
    const run = randomBytes(4).toString('hex');
    let begun = this.#audience.size;
    const gatherSome = async (): Promise<void> => {
      while (begun < listeners) {
        begun += 1;
        const session = await this.#client.register(`bench-${run}-${begun}`, this.#secret);
        await this.send('POST', `${this.roomPath(0)}/join`, {}, session);
        this.#audience.add(session);
      }
    };
    await Promise.all(Array.from({ length: SETUP_IN_FLIGHT }, gatherSome));
    await this.#audience.catchUp();
    return this.#audience;
  }

  /** Who joins which room next; each joins each once. */
  nextJoin(): { session: Session; room: number } | undefined {
    const next = this.#joins.next();
    return next.done === true ? undefined : next.value;
  }

  /** The path of a room, by its number. */
  roomPath(room: number): string {
    return this.#roomPaths[room] ?? '';
  }

  /** Sends a request as the rooms' owner, or as somebody else. */
  send(method: string, path: string, body?: object, session: Session = this.#owner): Promise<JsonObject> {
    return this.#client.send(method, path, { token: session.token, ...(body === undefined ? {} : { body }) });
  }

  close(): void {
    this.#client.close();
  }
}

/** Creates rooms, some at the same time, until there are `count`, and adds their IDs. */
async function createRooms(
  client: LoadClient,
  owner: Session,
  roomIds: string[],
  count: number,
): Promise<void> {
  let begun = roomIds.length;
  const createSome = async (): Promise<void> => {
    while (begun < count) {
      begun += 1;
      const body = { preset: 'public_chat', name: `Room ${begun}` };
      const { room_id } = await client.send('POST', '/_matrix/client/v3/createRoom', {
        token: owner.token,
        body,
      });
      roomIds.push(String(room_id));
    }
  };
  await Promise.all(Array.from({ length: SETUP_IN_FLIGHT }, createSome));
}
