import { RecentMap } from '../base/recent-map.ts';
import type { Viewer } from '../rooms/index.ts';
import type { StoredEvent } from '../storage/index.ts';

/** Member events by user ID, by room. */
type Members = Map<number, Map<string, number>>;

interface Device {
  /** What the client has for certain. */
  known: Members;
  /** What went out with a token: it has arrived when the client comes back with that token. */
  sent: { readonly token: string; readonly members: Members } | undefined;
}

const REMEMBERED_DEVICES = 10_000;
/** Of one device; above it everything is forgotten, and members are sent once more. */
const REMEMBERED_ROOMS = 1_000;

/**
 * Which members each device was sent, so that lazily loaded members need not go out again and again. In memory: who is
 * forgotten is sent once more, which does no harm.
 *
 * Source: Client-Server API v1.19, "Lazy-loading room members".
 */
export class SentMembersLog {
  readonly #devices = new RecentMap<string, Device>(REMEMBERED_DEVICES);

  /** @param token with which the client comes; undefined for an initial sync, which knows nothing. */
  open(viewer: Viewer, token: string | undefined): SentMembers {
    const key = `${viewer.userNid} ${viewer.deviceId}`;
    let device = token === undefined ? undefined : this.#devices.get(key);
    if (device === undefined) {
      device = { known: new Map(), sent: undefined };
      this.#devices.set(key, device);
    }
    if (device.sent !== undefined && device.sent.token === token) merge(device.known, device.sent.members);
    // With another token the client has not got it, whatever it was.
    device.sent = undefined;
    return new SentMembers(device);
  }
}

function merge(known: Members, sent: Members): void {
  for (const [roomNid, members] of sent) {
    const ofRoom = known.get(roomNid) ?? new Map<string, number>();
    for (const [userId, nid] of members) ofRoom.set(userId, nid);
    known.set(roomNid, ofRoom);
  }
  if (known.size > REMEMBERED_ROOMS) known.clear();
}

/** The members that one response adds to what its device knows. */
export class SentMembers {
  readonly #device: Device;
  readonly #members: Members = new Map();

  constructor(device: Device) {
    this.#device = device;
  }

  /** Whether the client has this member event. */
  has(roomNid: number, userId: string, eventNid: number): boolean {
    return this.#device.known.get(roomNid)?.get(userId) === eventNid;
  }

  /** Notes the member events among those that go out. */
  add(roomNid: number, events: readonly StoredEvent[]): void {
    for (const { nid, pdu } of events) {
      if (pdu.type !== 'm.room.member' || pdu.state_key === undefined) continue;
      const ofRoom = this.#members.get(roomNid) ?? new Map<string, number>();
      ofRoom.set(pdu.state_key, nid);
      this.#members.set(roomNid, ofRoom);
    }
  }

  /** The response goes out with this token. */
  seal(token: string): void {
    if (this.#members.size > 0) this.#device.sent = { token, members: this.#members };
  }
}
