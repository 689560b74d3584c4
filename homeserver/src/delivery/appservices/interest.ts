import type { AppService } from '../../accounts/index.ts';
import type { Room } from '../../rooms/index.ts';
import type { StoredEvent } from '../../storage/index.ts';
import type { AppServiceContext } from './app-service-context.ts';

/**
 * What application services are interested in, as it is now: who looks closely follows the log. What is found out of a
 * room holds as long as the object lives.
 *
 * Source: Application Service API v1.19, "Registration", "Pushing events"; as Synapse, of members only local users count.
 */
export class Interests {
  readonly #context: Pick<AppServiceContext, 'storage' | 'rooms'>;
  readonly #aliases = new Map<number, readonly string[]>();

  constructor(context: Pick<AppServiceContext, 'storage' | 'rooms'>) {
    this.#context = context;
  }

  /** Whether an event is for an application service: by its sender, the user that it is about, or its room. */
  async inEvent(service: AppService, room: Room, { pdu }: StoredEvent): Promise<boolean> {
    if (service.speaksFor(pdu.sender)) return true;
    if (pdu.type === 'm.room.member' && service.speaksFor(pdu.state_key ?? '')) return true;
    return this.inRoom(service, room);
  }

  /** Whether a room is for an application service: by its ID, an alias, or a member. */
  async inRoom(service: AppService, room: Room): Promise<boolean> {
    if (service.knowsRoom(room.roomId)) return true;
    if (service.registration.aliases.length > 0) {
      const aliases = await this.#aliasesOf(room);
      if (aliases.some((alias) => service.knowsAlias(alias))) return true;
    }
    const members = await this.#context.storage.strings.valuesOf([...room.localJoined]);
    for (const userId of members.values()) if (service.speaksFor(userId)) return true;
    return false;
  }

  /** Whether a user is for an application service: its own, or in a room with one of them. */
  async inUser(service: AppService, userId: string, userNid: number): Promise<boolean> {
    if (service.speaksFor(userId)) return true;
    for (const nid of await this.#context.rooms.userRooms.joined(userNid)) {
      const room = await this.#context.rooms.registry.byNid(nid);
      if (room !== undefined && (await this.inRoom(service, room))) return true;
    }
    return false;
  }

  async #aliasesOf(room: Room): Promise<readonly string[]> {
    const known = this.#aliases.get(room.nid) ?? (await this.#context.storage.rooms.aliasesOf(room.nid));
    this.#aliases.set(room.nid, known);
    return known;
  }
}
