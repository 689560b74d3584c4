import { NO_ROOM } from '../../accounts/index.ts';
import type { JsonObject } from '../../protocol/canonical-json.ts';
import { isJsonObject } from '../../protocol/json-values.ts';
import { type Room, stateKeyOf, strippedStateOf } from '../../rooms/index.ts';
import type { Memberships } from '../affected-rooms.ts';
import { mapInSlices } from '../slices.ts';
import type { ListedRoom, SlidingContext, SlidingFrame } from './sliding-frame.ts';
import type { ListFilters } from './sliding-request.ts';

/** What filters ask of a room, each looked up when one asks for it. */
interface RoomFacts {
  readonly roomId: string;
  readonly roomType: string | null;
  readonly isEncrypted: boolean;
}

/**
 * Applies the filters of a request's lists.
 *
 * Source: MSC4186, "SlidingRoomFilter".
 */
export class RoomFilters {
  readonly #context: SlidingContext;
  readonly #frame: SlidingFrame;
  readonly #memberships: Memberships;
  readonly #facts = new Map<number, Promise<RoomFacts | undefined>>();
  #tags: Promise<ReadonlyMap<number, ReadonlySet<string>>> | undefined;

  constructor(context: SlidingContext, frame: SlidingFrame, memberships: Memberships) {
    this.#context = context;
    this.#frame = frame;
    this.#memberships = memberships;
  }

  /** Those rooms that pass, in the same order. */
  async apply(rooms: readonly ListedRoom[], filters: ListFilters): Promise<readonly ListedRoom[]> {
    let passing = rooms;
    const { isInvited, isDirect, isEncrypted, spaces, roomTypes, notRoomTypes, tags, notTags } = filters;
    if (isInvited !== undefined) {
      passing = passing.filter(({ mine }) => (mine.membership === 'invite') === isInvited);
    }
    if (tags !== undefined || notTags !== undefined) {
      const tagged = await this.#tagsOfRooms();
      passing = passing.filter(({ mine }) => {
        const own = tagged.get(mine.roomNid) ?? NONE;
        return tags?.some((tag) => own.has(tag)) !== false && notTags?.some((tag) => own.has(tag)) !== true;
      });
    }
    if (spaces !== undefined) {
      const children = await this.#childrenOf(spaces);
      passing = await this.#keep(passing, ({ roomId }) => children.has(roomId));
    }
    if (isDirect !== undefined) {
      const direct = await this.#context.directRooms.of(this.#frame.viewer.userNid);
      passing = await this.#keep(passing, ({ roomId }) => direct.has(roomId) === isDirect);
    }
    if (isEncrypted !== undefined) {
      passing = await this.#keep(passing, (facts) => facts.isEncrypted === isEncrypted);
    }
    if (roomTypes !== undefined || notRoomTypes !== undefined) {
      passing = await this.#keep(
        passing,
        ({ roomType }) =>
          roomTypes?.includes(roomType) !== false && notRoomTypes?.includes(roomType) !== true,
      );
    }
    return passing;
  }

  async #keep(
    rooms: readonly ListedRoom[],
    passes: (facts: RoomFacts) => boolean,
  ): Promise<readonly ListedRoom[]> {
    const facts = await mapInSlices(rooms, (room) => this.#factsOf(room));
    return rooms.filter((_room, index) => {
      const ofRoom = facts[index];
      return ofRoom !== undefined && passes(ofRoom);
    });
  }

  #factsOf(room: ListedRoom): Promise<RoomFacts | undefined> {
    const { roomNid } = room.mine;
    const known = this.#facts.get(roomNid) ?? this.#read(room);
    this.#facts.set(roomNid, known);
    return known;
  }

  async #read({ mine }: ListedRoom): Promise<RoomFacts | undefined> {
    const { registry, storage } = this.#context.rooms;
    const room = await registry.byNid(mine.roomNid);
    if (room === undefined) return undefined;
    const own = mine.membership === 'join' ? undefined : await storage.events.get(mine.eventNid);
    // Of a room of other servers, what came with the invite is all that is known.
    const stripped = own && strippedStateOf(own);
    return stripped === undefined ? factsIn(room) : factsInStripped(room, stripped);
  }

  #tagsOfRooms(): Promise<ReadonlyMap<number, ReadonlySet<string>>> {
    this.#tags ??= this.#readTags();
    return this.#tags;
  }

  async #readTags(): Promise<ReadonlyMap<number, ReadonlySet<string>>> {
    const entries = await this.#context.accountData.ofRooms(this.#frame.viewer.userNid);
    return new Map(
      entries.flatMap(({ type, roomNid, content }) => {
        const tags = type === 'm.tag' && roomNid !== NO_ROOM ? content.tags : undefined;
        return isJsonObject(tags) ? [[roomNid, new Set(Object.keys(tags))] as const] : [];
      }),
    );
  }

  /** The IDs of rooms that joined spaces name as their children; spaces within are not looked into. */
  async #childrenOf(spaces: readonly string[]): Promise<ReadonlySet<string>> {
    const children = new Set<string>();
    for (const spaceId of new Set(spaces)) {
      const space = await this.#context.rooms.registry.byId(spaceId);
      if (space === undefined || this.#memberships.get(space.nid)?.membership !== 'join') continue;
      for (const { pdu } of space.state.values()) {
        const isChild = pdu.type === 'm.space.child' && Array.isArray(pdu.content.via);
        if (isChild && pdu.state_key !== undefined) children.add(pdu.state_key);
      }
    }
    return children;
  }
}

const NONE: ReadonlySet<string> = new Set();

function factsIn({ roomId, roomType, state }: Room): RoomFacts {
  return { roomId, roomType, isEncrypted: state.has(stateKeyOf('m.room.encryption', '')) };
}

function factsInStripped({ roomId }: Room, stripped: readonly JsonObject[]): RoomFacts {
  const create = stripped.find(({ type }) => type === 'm.room.create')?.content;
  const roomType = isJsonObject(create) && typeof create.type === 'string' ? create.type : null;
  return { roomId, roomType, isEncrypted: stripped.some(({ type }) => type === 'm.room.encryption') };
}
