import { RecentMap } from '../../base/recent-map.ts';
import type { Pdu } from '../../protocol/events.ts';
import { domainOf, type ServerName } from '../../protocol/identifiers.ts';
import type { Room } from '../../rooms/index.ts';
import type { StoredEvent } from '../../storage/index.ts';
import type { FederationContext } from '../context.ts';

/** How many members each server has in a room. */
type Counts = Map<ServerName, number>;

const REMEMBERED_ROOMS = 2_000;

/** Which servers are in which rooms: now, and at the events of the log. */
export class ServersInRooms {
  readonly #context: Pick<FederationContext, 'serverName' | 'storage'>;
  /** As of the state after the row of the log that was followed last. */
  readonly #followed = new RecentMap<number, Counts>(REMEMBERED_ROOMS);
  readonly #current = new RecentMap<number, { snapshotNid: number; servers: ReadonlySet<ServerName> }>(
    REMEMBERED_ROOMS,
  );

  constructor(context: Pick<FederationContext, 'serverName' | 'storage'>) {
    this.#context = context;
  }

  /** The other servers that are in a room now. While its state is partial: those that are known to be. */
  async now(room: Room): Promise<ReadonlySet<ServerName>> {
    const { snapshotNid } = room.committed;
    const known = this.#current.get(room.nid);
    if (known?.snapshotNid === snapshotNid && !room.isPartial) return known.servers;
    const servers = new Set(countsOf(room).keys());
    if (room.isPartial) for (const server of await this.#serversOfPartial(room.nid)) servers.add(server);
    servers.delete(this.#context.serverName);
    this.#current.set(room.nid, { snapshotNid, servers });
    return servers;
  }

  /** The other servers in a room before an event, whose row of the log is the next to be followed. */
  async before(room: Room, event: StoredEvent): Promise<Set<ServerName>> {
    let counts = this.#followed.get(room.nid);
    if (counts === undefined) {
      const isCurrent = room.committed.snapshotNid === event.snapshotNid;
      counts = isCurrent ? countsOf(room) : await this.#countsIn(event.snapshotNid);
      this.#followed.set(room.nid, counts);
    }
    const servers = new Set([...counts].filter(([, count]) => count > 0).map(([server]) => server));
    if (room.isPartial) for (const server of await this.#serversOfPartial(room.nid)) servers.add(server);
    servers.delete(this.#context.serverName);
    return servers;
  }

  /** Goes past the row of an event. */
  async follow(roomNid: number, { pdu, replacesNid }: StoredEvent): Promise<void> {
    const counts = this.#followed.get(roomNid);
    if (counts === undefined || pdu.type !== 'm.room.member') return;
    const replaced = replacesNid === null ? undefined : await this.#context.storage.events.get(replacesNid);
    const server = domainOf(pdu.state_key ?? '');
    const change = Number(isJoin(pdu)) - Number(replaced !== undefined && isJoin(replaced.pdu));
    counts.set(server, (counts.get(server) ?? 0) + change);
  }

  /** The state of a room moved in another way than by the row that was followed last. */
  forget(roomNid: number): void {
    this.#followed.delete(roomNid);
  }

  /**
   * Since which position of the log a server has been in a room all the time; infinite if it is not in it, or that
   * cannot be told from who is in it now.
   */
  async inSince(room: Room, server: ServerName): Promise<number> {
    if (room.isPartial && (await this.now(room)).has(server)) return 0;
    const joins = [...room.members].flatMap(([userId, member]) =>
      member.membership === 'join' && domainOf(userId) === server ? [member.eventNid] : [],
    );
    const positions = await this.#context.storage.log.positionsOf(joins);
    // What has no position came with the state that this server entered with.
    return Math.min(Infinity, ...joins.map((nid) => positions.get(nid) ?? 0));
  }

  /** Whether a server was in a room when an event was sent. */
  async wasIn(event: StoredEvent, server: ServerName): Promise<boolean> {
    const events = await this.#members(event.snapshotNid, (userId) => domainOf(userId) === server);
    return events.some(({ pdu }) => isJoin(pdu));
  }

  async #countsIn(snapshotNid: number): Promise<Counts> {
    const counts: Counts = new Map();
    for (const { pdu } of await this.#members(snapshotNid, () => true)) {
      if (isJoin(pdu)) count(counts, pdu.state_key ?? '');
    }
    return counts;
  }

  async #members(snapshotNid: number, isWanted: (userId: string) => boolean): Promise<StoredEvent[]> {
    const { events, states, strings } = this.#context.storage;
    const memberNid = await strings.find('m.room.member');
    const entries = (await states.entriesOf(snapshotNid)).filter(({ typeNid }) => typeNid === memberNid);
    const userIds = await strings.valuesOf(entries.map(({ stateKeyNid }) => stateKeyNid));
    const wanted = entries.filter(({ stateKeyNid }) => isWanted(userIds.get(stateKeyNid) ?? ''));
    return events.getAll(wanted.map(({ eventNid }) => eventNid));
  }

  async #serversOfPartial(roomNid: number): Promise<readonly ServerName[]> {
    const partial = await this.#context.storage.rooms.partial();
    return partial.find((room) => room.roomNid === roomNid)?.servers ?? [];
  }
}

function countsOf({ members }: Room): Counts {
  const counts: Counts = new Map();
  for (const [userId, { membership }] of members) if (membership === 'join') count(counts, userId);
  return counts;
}

function count(counts: Counts, userId: string): void {
  const server = domainOf(userId);
  counts.set(server, (counts.get(server) ?? 0) + 1);
}

function isJoin({ content }: Pdu): boolean {
  return content.membership === 'join';
}
