import { type Accounts, NO_ROOM } from '../../accounts/index.ts';
import { RecentMap } from '../../base/recent-map.ts';
import { LogKind, type LogRow } from '../../storage/index.ts';

const DIRECT = 'm.direct';
const REMEMBERED_USERS = 20_000;

/** Which rooms users call direct: read once, until they change it. Source: Client-Server API v1.19, "Direct Messaging". */
export class DirectRooms {
  readonly #accountData: Pick<Accounts['accountData'], 'get'>;
  readonly #known = new RecentMap<number, Promise<ReadonlySet<string>>>(REMEMBERED_USERS);

  constructor(accountData: Pick<Accounts['accountData'], 'get'>) {
    this.#accountData = accountData;
  }

  /** The IDs of a user's direct rooms. */
  of(userNid: number): Promise<ReadonlySet<string>> {
    const known = this.#known.get(userNid);
    if (known !== undefined) return known;
    const reading = this.#read(userNid);
    this.#known.set(userNid, reading);
    reading.catch(() => this.#known.delete(userNid));
    return reading;
  }

  /** Forgets what committed rows have changed. */
  follow(rows: readonly LogRow[]): void {
    for (const { kind, user, room, key } of rows) {
      const isDirect = kind === LogKind.AccountData && room === undefined && key === DIRECT;
      if (isDirect && user !== undefined) this.#known.delete(user);
    }
  }

  async #read(userNid: number): Promise<ReadonlySet<string>> {
    const content = (await this.#accountData.get(userNid, NO_ROOM, DIRECT)) ?? {};
    const lists = Object.values(content).filter((rooms) => Array.isArray(rooms));
    return new Set(lists.flat().filter((roomId) => typeof roomId === 'string'));
  }
}
