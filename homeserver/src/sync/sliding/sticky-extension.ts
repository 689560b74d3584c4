import type { JsonObject } from '../../protocol/canonical-json.ts';
import { presentEvents } from '../../rooms/index.ts';
import type { PlacedInRoom } from '../../storage/index.ts';
import { formatStreamToken } from '../../stream/index.ts';
import { extensionPosition } from './extension-token.ts';
import type { ExtensionInput } from './extensions.ts';
import type { SlidingContext, SlidingFrame } from './sliding-frame.ts';

/** Sticky events that the client does not get in a timeline, by room ID. */
export interface StickyBody {
  next_batch: string;
  rooms: Record<string, { events: JsonObject[] }>;
}

/**
 * The sticky events that are new to a client, the oldest first, as many as it wants; all those of a room that its user
 * has come into. Of every room that it is interested in, shown or not.
 *
 * Source: MSC4480.
 */
export async function answerSticky(
  context: SlidingContext,
  frame: SlidingFrame,
  input: ExtensionInput,
  { since, limit }: { readonly since: string | undefined; readonly limit: number },
): Promise<StickyBody> {
  const { until } = frame;
  // What a client knew before it began anew does not count: it may have come into rooms meanwhile.
  const after = frame.since === undefined ? 0 : extensionPosition(context, since);
  const { entered, stayed } = joinedRooms(frame, input);
  const { clock, storage } = context.rooms;
  const stretch = { until: until.position, now: clock.now() };
  const [fromBeginning, news] = await Promise.all([
    Promise.all(entered.map((nid) => storage.stickyEvents.ofRoom(nid, { ...stretch, after: 0 }))),
    stayed.length === 0 ? [] : storage.stickyEvents.ofRooms(stayed, { ...stretch, after }, limit + 1),
  ]);
  const told = news.slice(0, limit);
  const upTo = news.length > limit ? (told.at(-1)?.position ?? after) : until.position;
  const events = [
    ...fromBeginning.flatMap((placed, index) =>
      placed.map((event) => ({ ...event, room: entered[index] ?? 0 })),
    ),
    ...told,
  ];
  return {
    next_batch: formatStreamToken({ epoch: context.rooms.epoch, position: upTo, ephemeral: 0 }),
    rooms: await byRoom(context, frame, input, events),
  };
}

/** The joined rooms of interest, told apart by whether the viewer has just come in. */
function joinedRooms(
  { since }: SlidingFrame,
  { wanted, memberships, changes }: ExtensionInput,
): { entered: number[]; stayed: number[] } {
  const [entered, stayed]: [number[], number[]] = [[], []];
  for (const nid of wanted.matching) {
    if (memberships.get(nid)?.membership !== 'join') continue;
    const hasEntered = since !== undefined && (changes.rooms.get(nid)?.ownMemberships.length ?? 0) > 0;
    (hasEntered ? entered : stayed).push(nid);
  }
  return { entered, stayed };
}

async function byRoom(
  context: SlidingContext,
  { viewer }: SlidingFrame,
  { told }: ExtensionInput,
  placed: readonly PlacedInRoom[],
): Promise<StickyBody['rooms']> {
  const { registry, storage } = context.rooms;
  const { ignored } = await context.settings.of(viewer);
  const rooms: StickyBody['rooms'] = {};
  for (const [roomNid, ofRoom] of Map.groupBy(placed, ({ room }) => room)) {
    const room = await registry.byNid(roomNid);
    const shown = new Set(told.get(roomNid)?.events.map(({ nid }) => nid));
    const nids = ofRoom.flatMap(({ nid }) => (shown.has(nid) ? [] : [nid]));
    const events = (await storage.events.getAll(nids)).filter(({ pdu }) => !ignored.has(pdu.sender));
    if (room === undefined || events.length === 0) continue;
    rooms[room.roomId] = { events: await presentEvents(context.rooms, room, events, viewer) };
  }
  return rooms;
}
