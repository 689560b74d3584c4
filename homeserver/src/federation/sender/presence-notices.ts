import type { Clock, Timer } from '../../base/clock.ts';
import { domainOf, type ServerName, type UserId } from '../../protocol/identifiers.ts';
import type { Realtime } from '../../realtime/index.ts';
import { hasPlace, type Room } from '../../rooms/index.ts';
import { LogKind, type LogRow, type StoredEvent } from '../../storage/index.ts';
import type { FederationContext } from '../context.ts';
import { type PassingEdus, presenceEdu } from './outgoing-edus.ts';
import type { ServersInRooms } from './servers-in-rooms.ts';

export interface PresenceNoticesParts {
  readonly clock: Clock;
  /** The users of this server who are there now. */
  readonly present: () => readonly UserId[];
  /** Tells the other servers that share a room with a user. */
  readonly tell: (userId: UserId) => void;
}

/** As Synapse: servers take somebody of whom they have not heard for half an hour to be gone, this one too. */
const REPEAT_MS = 25 * 60_000;
/** Of how many members of a room a server is told that comes into it. */
const MOST_MEMBERS = 100;

/** Says again, now and then, who is still there. */
export class PresenceNotices {
  readonly #parts: PresenceNoticesParts;
  #timer: Timer | undefined;

  constructor(parts: PresenceNoticesParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = this.#parts.clock.setTimeout(() => {
      for (const userId of this.#parts.present()) this.#parts.tell(userId);
      this.start();
    }, REPEAT_MS);
  }

  stop(): void {
    this.#timer?.cancel();
  }
}

/**
 * Somebody has come into a room: if it is a user of another server, that hears who of this one is there, and if it is
 * a user of this one, the servers in the room hear of that user. They were told of no earlier change.
 *
 * Source: Synapse; the specification only says whom `m.presence` is for.
 * @returns whom there is something to tell.
 */
export async function tellNewcomersOfPresence(
  context: FederationContext,
  servers: ServersInRooms,
  presence: Realtime['presence'],
  passing: PassingEdus,
  rows: readonly LogRow[],
): Promise<Set<ServerName>> {
  const told = new Set<ServerName>();
  for (const { kind, ref, room: roomNid } of rows) {
    if (kind !== LogKind.Event || ref === undefined || roomNid === undefined) continue;
    const event = await context.storage.events.get(ref);
    const room = await context.rooms.registry.byNid(roomNid);
    if (event === undefined || room === undefined || !(await isArrival(context, event))) continue;
    const userId = event.pdu.state_key ?? '';
    const isOwn = domainOf(userId) === context.serverName;
    const present = isOwn ? [userId] : await ownMembers(context, room);
    const toTell = isOwn ? await servers.now(room) : new Set([domainOf(userId)]);
    for (const member of present) {
      const content = presence.contentOf(member);
      if (content.presence === 'offline') continue;
      for (const server of toTell) {
        passing.add(server, `presence ${member}`, presenceEdu(member, content));
        told.add(server);
      }
    }
  }
  return told;
}

async function isArrival({ storage }: FederationContext, event: StoredEvent): Promise<boolean> {
  const { pdu, replacesNid } = event;
  if (pdu.type !== 'm.room.member' || pdu.content.membership !== 'join' || !hasPlace(event)) return false;
  const before = replacesNid === null ? undefined : await storage.events.get(replacesNid);
  return before?.pdu.content.membership !== 'join';
}

async function ownMembers({ storage }: FederationContext, room: Room): Promise<UserId[]> {
  const nids = [...room.localJoined].slice(0, MOST_MEMBERS);
  return [...(await storage.strings.valuesOf(nids)).values()];
}
