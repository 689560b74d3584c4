import { invalidParam } from '../../protocol/errors.ts';
import type { NetworkOfService } from '../../storage/index.ts';
import type { RoomsContext } from '../context.ts';
import { existingRoom } from '../room-access.ts';
import { type RoomCard, roomCard } from './room-card.ts';

/** Which rooms of the public directory. */
export interface PublicRoomsRequest {
  readonly limit?: number | undefined;
  /** `next_batch` or `prev_batch` of an earlier answer. */
  readonly since?: string | undefined;
  /** Text in the name, the topic or the alias. */
  readonly searchTerm?: string | undefined;
  /** Types of rooms; null stands for rooms without one. */
  readonly roomTypes?: readonly (string | null)[] | undefined;
  /** Of the networks that application services bridge: the rooms of one, or of all with those of no network. */
  readonly network?: NetworkOfService | 'all' | undefined;
  /** Another server asks: rooms that are for this one alone are left out. */
  readonly isForServers?: boolean;
}

/** A page of the public directory. */
export interface PublicRoomsPage {
  readonly chunk: readonly RoomCard[];
  readonly next_batch?: string;
  readonly prev_batch?: string;
  readonly total_room_count_estimate: number;
}

const DEFAULT_LIMIT = 100;
const MOST_ROOMS = 500;
const TOKEN = /^p(?<offset>\d{1,15})$/;

/**
 * The public directory, the rooms with the most members first.
 *
 * Source: Client-Server API v1.19, `GET` and `POST /publicRooms`.
 * @throws MatrixError 400 `M_INVALID_PARAM`.
 */
export async function getPublicRooms(
  context: RoomsContext,
  { limit = DEFAULT_LIMIT, since, searchTerm, roomTypes, network, isForServers = false }: PublicRoomsRequest,
): Promise<PublicRoomsPage> {
  if (limit < 0) throw invalidParam('limit must be at least 0');
  const offset = offsetOf(since);
  const size = Math.min(limit, MOST_ROOMS);
  const found: RoomCard[] = [];
  for (const nid of await listedRooms(context, network)) {
    const room = await context.registry.byNid(nid);
    if (room === undefined || !matchesType(room.roomType, roomTypes)) continue;
    if (isForServers && room.createEvent?.pdu.content['m.federate'] === false) continue;
    const card = roomCard(context, room);
    if (matchesTerm(card, searchTerm)) found.push(card);
  }
  found.sort((one, other) => other.num_joined_members - one.num_joined_members);
  return {
    chunk: found.slice(offset, offset + size),
    ...(offset + size < found.length ? { next_batch: `p${offset + size}` } : {}),
    ...(offset > 0 ? { prev_batch: `p${Math.max(0, offset - size)}` } : {}),
    total_room_count_estimate: found.length,
  };
}

/**
 * Whether a room is in the public directory.
 *
 * Source: Client-Server API v1.19, `GET /directory/list/room/{roomId}`.
 * @throws MatrixError 404 `M_NOT_FOUND`.
 */
export async function getVisibility(context: RoomsContext, roomId: string): Promise<'public' | 'private'> {
  const room = await existingRoom(context, roomId);
  return room.listed ? 'public' : 'private';
}

async function listedRooms(
  { storage }: RoomsContext,
  network: PublicRoomsRequest['network'],
): Promise<Iterable<number>> {
  if (network === undefined) return storage.rooms.listed();
  if (network !== 'all') return storage.appServices.listedRooms(network);
  return new Set([...(await storage.rooms.listed()), ...(await storage.appServices.listedRooms('any'))]);
}

function offsetOf(since: string | undefined): number {
  if (since === undefined) return 0;
  const offset = TOKEN.exec(since)?.groups?.offset;
  if (offset === undefined) throw invalidParam('since is not a token of this server');
  return Number(offset);
}

function matchesType(roomType: string | null, wanted: readonly (string | null)[] | undefined): boolean {
  return wanted === undefined || wanted.includes(roomType);
}

function matchesTerm({ name, topic, canonical_alias: alias }: RoomCard, term: string | undefined): boolean {
  if (term === undefined) return true;
  const wanted = term.toLowerCase();
  return [name, topic, alias].some((text) => text?.toLowerCase().includes(wanted) === true);
}
