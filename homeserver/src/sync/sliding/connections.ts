import { randomInt } from 'node:crypto';
import { MatrixError } from '../../protocol/errors.ts';
import type { Viewer } from '../../rooms/index.ts';
import { formatStreamToken } from '../../stream/index.ts';
import type { Place } from '../frame.ts';
import type { Tally } from '../unread-counts.ts';
import type { RequiredState } from './required-state.ts';

/** What a client has of a room, as of the last time that it was told of it. Never changed: replaced. */
export interface SentRoom {
  readonly roomId: string;
  /** Up to where in the log it was told; undefined if there is nothing more up to where its connection is. */
  readonly upTo: number | undefined;
  readonly membership: string;
  /** So many of the newest events were told without a gap. */
  readonly timelineLimit: number;
  readonly requiredState: RequiredState;
  readonly isDirect: boolean;
  readonly bumpStamp: number;
  readonly unread: Tally;
  /** Member events by user, for lazy loading. */
  readonly members: ReadonlyMap<string, number>;
}

/** What a client has at one `pos`. */
interface Point {
  readonly pos: string;
  readonly place: Place;
  /** Extensions that it has asked for before, and so has the beginning of. */
  readonly extensions: ReadonlySet<string>;
}

/** What a response adds. */
export interface Advance {
  readonly place: Place;
  readonly extensions: ReadonlySet<string>;
  readonly rooms: ReadonlyMap<number, SentRoom>;
}

/** A client's view of its rooms, which each response brings further. */
export class Connection {
  #base: Point | undefined;
  #next: (Point & Advance) | undefined;
  #request = new AbortController();
  readonly #rooms = new Map<number, SentRoom>();

  /** Begins a request, and ends the one before it, whose answer nobody waits for. @returns when this one is ended. */
  beginRequest(): AbortSignal {
    this.endRequest();
    this.#request = new AbortController();
    return this.#request.signal;
  }

  /** Ends the request that waits. */
  endRequest(): void {
    this.#request.abort();
  }

  /** Where the client is; undefined before its first response. */
  get place(): Place | undefined {
    return this.#base?.place;
  }

  /** What the client has of each room that it was told of. */
  get rooms(): ReadonlyMap<number, SentRoom> {
    return this.#rooms;
  }

  get extensions(): ReadonlySet<string> {
    return this.#base?.extensions ?? NONE;
  }

  /**
   * Goes to where the client says that it is: what the last response brought has arrived only if it comes back with
   * its `pos`. @returns false if the client is at no place that is known.
   */
  resume(pos: string): boolean {
    if (this.#next?.pos === pos) {
      for (const [nid, room] of this.#next.rooms) this.#rooms.set(nid, room);
      this.#base = this.#next;
      this.#next = undefined;
    }
    return this.#base?.pos === pos;
  }

  /** Goes on without a response, when there was nothing for the client until then: its `pos` stands for that too. */
  pass({ place, extensions, rooms }: Advance): void {
    if (this.#base === undefined) return;
    for (const [nid, room] of rooms) this.#rooms.set(nid, room);
    this.#base = { pos: this.#base.pos, place, extensions };
  }

  /** Notes what goes out. @returns the `pos` to go with it. */
  advance(epoch: string, advance: Advance): string {
    // The number tells connections and their responses apart; the rest makes `/messages` take it.
    const pos = `${randomInt(2 ** 47)}/${formatStreamToken({ epoch, ...advance.place })}`;
    this.#next = { ...advance, pos };
    return pos;
  }
}

const NONE: ReadonlySet<string> = new Set();
/** Of one device; whoever opens another loses the one that was not used for longest. */
const MOST_OF_DEVICE = 10;
/** Of all, by the rooms in them: some 300 bytes each. */
const MOST_ROOMS = 500_000;

/**
 * The connections of all clients, in memory: one that is forgotten, or that another process has, begins anew, which
 * takes a client one short response. Stored, each response would cost a write.
 */
export class Connections {
  /** By device, those not used for longest first, and in each by name. */
  readonly #devices = new Map<string, Map<string, Connection>>();
  #rooms = 0;

  /**
   * The connection that a request belongs to: a new one without a `pos`.
   * @throws {MatrixError} 400 `M_UNKNOWN_POS`
   */
  open({ userNid, deviceId }: Viewer, name: string, pos: string | undefined): Connection {
    const device = `${userNid} ${deviceId}`;
    const ofDevice = this.#devices.get(device) ?? new Map<string, Connection>();
    const known = ofDevice.get(name);
    if (pos !== undefined && known === undefined) throw unknownPos();
    const before = known?.rooms.size ?? 0;
    if (pos === undefined) known?.endRequest();
    const connection = pos === undefined || known === undefined ? new Connection() : known;
    if (pos !== undefined && !connection.resume(pos)) throw unknownPos();
    ofDevice.delete(name);
    ofDevice.set(name, connection);
    this.#devices.delete(device);
    this.#devices.set(device, ofDevice);
    this.#rooms += connection.rooms.size - before;
    this.#shrink(ofDevice);
    return connection;
  }

  #shrink(newest: Map<string, Connection>): void {
    if (newest.size > MOST_OF_DEVICE) {
      const [oldest] = newest;
      if (oldest !== undefined) this.#rooms -= oldest[1].rooms.size;
      newest.delete(oldest?.[0] ?? '');
    }
    for (const [device, connections] of this.#devices) {
      if (this.#rooms <= MOST_ROOMS || connections === newest) return;
      for (const connection of connections.values()) this.#rooms -= connection.rooms.size;
      this.#devices.delete(device);
    }
  }
}

function unknownPos(): MatrixError {
  return new MatrixError(400, 'M_UNKNOWN_POS', 'This pos is not known (any more): begin again without one');
}
