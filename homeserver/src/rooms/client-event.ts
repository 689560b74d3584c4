import type { JsonObject } from '../protocol/canonical-json.ts';
import { redactPdu } from '../protocol/redaction.ts';
import { stickyUntil } from '../protocol/sticky.ts';
import type { StoredEvent } from '../storage/index.ts';
import type { RoomsContext } from './context.ts';
import { hiddenByErasure } from './erased-senders.ts';
import { viewerMemberships } from './queries/viewer-memberships.ts';
import { bundleRelations } from './relations/bundle.ts';
import type { Room } from './room.ts';

/** For whom events are shown: what is theirs alone (transaction IDs) goes to nobody else. */
export interface Viewer {
  readonly userId: string;
  readonly userNid: number;
  readonly deviceId: string;
  /** A server admin who looks into something: no room is closed, nothing is hidden. */
  readonly seesAll?: boolean;
}

/**
 * Events in the form that clients see: redactions applied, no hashes and signatures, `unsigned` with age, what was
 * replaced, why it was redacted, what refers to it, the sender's own transaction ID, and what the viewer was in the room
 * then.
 *
 * Source: Client-Server API v1.19, "Room event format", "Aggregations of child events".
 * @param membershipsOf of which events the viewer's membership is told. Not that of all when state is listed: to look at
 * as many points of the history would cost more than it tells.
 * @returns new objects, in the order given.
 */
export async function presentEvents(
  context: RoomsContext,
  room: Room,
  events: readonly StoredEvent[],
  viewer: Viewer,
  membershipsOf: readonly StoredEvent[] = events,
): Promise<JsonObject[]> {
  const presented = await presentAlone(context, room, events, viewer, membershipsOf);
  // What is shown in a bundle can itself be edited; deeper it does not go, since threads and edits do not nest.
  const bundles = await bundleRelations(context, room, events, viewer, async (related) => {
    const shown = await presentAlone(context, room, related, viewer);
    const inner = await bundleRelations(context, room, related, viewer, (edits) =>
      presentAlone(context, room, edits, viewer),
    );
    return withBundles(shown, related, inner);
  });
  return withBundles(presented, events, bundles);
}

function withBundles(
  presented: readonly JsonObject[],
  events: readonly StoredEvent[],
  bundles: ReadonlyMap<string, JsonObject>,
): JsonObject[] {
  if (bundles.size === 0) return [...presented];
  return presented.map((shown, index) => {
    const bundle = bundles.get(events[index]?.eventId ?? '');
    if (bundle === undefined || typeof shown.unsigned !== 'object') return shown;
    return { ...shown, unsigned: { ...shown.unsigned, 'm.relations': bundle } };
  });
}

/** Events without what refers to them. */
async function presentAlone(
  context: RoomsContext,
  room: Room,
  events: readonly StoredEvent[],
  viewer: Viewer,
  membershipsOf = events,
): Promise<JsonObject[]> {
  const { storage } = context;
  const own = events.filter((event) => event.pdu.sender === viewer.userId).map((event) => event.nid);
  const transactions = await storage.transactions.idsOf(viewer.userNid, viewer.deviceId, own);
  const others = events.flatMap((event) => [event.replacesNid ?? [], event.redactedBy ?? []].flat());
  const related = new Map((await storage.events.getAll(others)).map((event) => [event.nid, event]));
  const memberships = await viewerMemberships(context, room, membershipsOf, viewer);
  const erased = await hiddenByErasure(context, events, viewer);
  const now = context.clock.now();
  return events.map((event) => {
    const unsigned: JsonObject = { age: now - event.pdu.origin_server_ts };
    const membership = memberships.get(event.nid);
    if (membership !== undefined) unsigned.membership = membership;
    if (erased.has(event.nid)) {
      return { ...bareEvent(room, { ...event, pdu: redactPdu(event.pdu, room.rules) }), unsigned };
    }
    const stickyMs = event.redactedBy === null ? (stickyUntil(event.pdu, now) ?? 0) - now : 0;
    if (stickyMs > 0) unsigned.msc4354_sticky_duration_ttl_ms = stickyMs;
    const replaced = event.replacesNid === null ? undefined : related.get(event.replacesNid);
    if (replaced !== undefined && event.redactedBy === null) {
      unsigned.prev_content = visible(room, replaced).content;
      unsigned.replaces_state = replaced.eventId;
    }
    const redaction = event.redactedBy === null ? undefined : related.get(event.redactedBy);
    if (redaction !== undefined) unsigned.redacted_because = bareEvent(room, redaction);
    const transactionId = transactions.get(event.nid);
    if (transactionId !== undefined) unsigned.transaction_id = transactionId;
    return { ...bareEvent(room, event), unsigned };
  });
}

/** An event without `unsigned`, redaction applied. */
function bareEvent(room: Room, event: StoredEvent): JsonObject {
  const pdu = visible(room, event);
  return {
    event_id: event.eventId,
    room_id: room.roomId,
    type: pdu.type,
    sender: pdu.sender,
    origin_server_ts: pdu.origin_server_ts,
    ...(pdu.state_key === undefined ? {} : { state_key: pdu.state_key }),
    // Clients of older rooms look at the top level, those of newer at the content; both are served in all rooms
    // (Room version 11, "Moving the redacts property").
    ...(pdu.redacts === undefined ? {} : { redacts: pdu.redacts }),
    ...(typeof pdu.content.redacts === 'string' && pdu.type === 'm.room.redaction'
      ? { redacts: pdu.content.redacts }
      : {}),
    ...(pdu.msc4354_sticky === undefined ? {} : { msc4354_sticky: pdu.msc4354_sticky }),
    content: pdu.redacts === undefined ? pdu.content : { ...pdu.content, redacts: pdu.redacts },
  };
}

/** State as somebody outside the room may see it: with an invite, or in a hierarchy ("Stripped state"). */
export function strippedEvent(room: Room, event: StoredEvent): JsonObject {
  const { type, sender, state_key: stateKey = '', content } = visible(room, event);
  return { type, sender, state_key: stateKey, content };
}

function visible(room: Room, event: StoredEvent): StoredEvent['pdu'] {
  return event.redactedBy === null ? event.pdu : redactPdu(event.pdu, room.rules);
}
