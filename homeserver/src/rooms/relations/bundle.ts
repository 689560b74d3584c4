import type { JsonObject } from '../../protocol/canonical-json.ts';
import { relationOf } from '../../protocol/relations.ts';
import type { StoredEvent } from '../../storage/index.ts';
import type { Viewer } from '../client-event.ts';
import type { RoomsContext } from '../context.ts';
import { filterVisible } from '../queries/history-visibility.ts';
import { ignoredUsers } from '../queries/ignored-users.ts';
import type { Room } from '../room.ts';

/** How events are put into the form that clients see, with or without what refers to them. */
export type Present = (events: readonly StoredEvent[]) => Promise<JsonObject[]>;

/**
 * What refers to some events, summed up for the viewer: the edit that counts, the thread beneath them, the events that
 * reference them.
 *
 * Source: Client-Server API v1.19, "Aggregations of child events"; state events and, as in Synapse, edits of redacted
 * events are not told.
 * @param present for the edits and the newest events of threads.
 * @returns `m.relations` by the event's ID; events to which nothing refers are left out.
 */
export async function bundleRelations(
  context: RoomsContext,
  room: Room,
  events: readonly StoredEvent[],
  viewer: Viewer,
  present: Present,
): Promise<Map<string, JsonObject>> {
  const { relations } = context.storage;
  const messages = events.filter(({ pdu }) => pdu.state_key === undefined);
  const parents = new Set(await relations.parentsAmong(messages.map(({ eventId }) => eventId)));
  const bundles = new Map<string, JsonObject>();
  if (parents.size === 0) return bundles;
  const asked = messages.filter(({ eventId }) => parents.has(eventId));
  const add = (eventId: string, relType: string, value: JsonObject): void => {
    bundles.set(eventId, { ...bundles.get(eventId), [relType]: value });
  };
  const edits = await findEdits(context, room, asked, viewer, present);
  for (const [eventId, edit] of edits) add(eventId, 'm.replace', edit);
  for (const [eventId, thread] of await findThreads(context, room, asked, viewer, present)) {
    add(eventId, 'm.thread', thread);
  }
  for (const [eventId, chunk] of await relations.references([...parents])) {
    add(eventId, 'm.reference', { chunk: chunk.map((id) => ({ event_id: id })) });
  }
  return bundles;
}

async function findEdits(
  context: RoomsContext,
  room: Room,
  asked: readonly StoredEvent[],
  viewer: Viewer,
  present: Present,
): Promise<Map<string, JsonObject>> {
  // An edit of an edit counts for nothing.
  const editable = asked.filter(
    (event) => event.redactedBy === null && relationOf(event.pdu)?.relType !== 'm.replace',
  );
  if (editable.length === 0) return new Map();
  const nids = await context.storage.relations.newestEdits(editable.map(({ eventId }) => eventId));
  const edits = await presentByNid(context, room, [...nids.values()], viewer, present);
  return collect([...nids].map(([eventId, nid]) => [eventId, edits.get(nid)]));
}

async function findThreads(
  context: RoomsContext,
  room: Room,
  asked: readonly StoredEvent[],
  viewer: Viewer,
  present: Present,
): Promise<Map<string, JsonObject>> {
  const { relations } = context.storage;
  const roots = asked.filter(({ pdu }) => relationOf(pdu) === undefined);
  if (roots.length === 0) return new Map();
  const rootIds = roots.map(({ eventId }) => eventId);
  const ignored = [...(await ignoredUsers(context, viewer))];
  const threads = await relations.threads(rootIds, ignored);
  if (threads.size === 0) return new Map();
  const participated = await relations.participated([...threads.keys()], viewer.userNid);
  const nids = [...threads.values()].map(({ latestNid }) => latestNid);
  const latest = await presentByNid(context, room, nids, viewer, present);
  return collect(
    roots.map(({ eventId, pdu }) => {
      const thread = threads.get(eventId);
      const event = thread === undefined ? undefined : latest.get(thread.latestNid);
      if (thread === undefined || event === undefined) return [eventId, undefined];
      const hasSpoken = pdu.sender === viewer.userId || participated.has(eventId);
      return [eventId, { latest_event: event, count: thread.count, current_user_participated: hasSpoken }];
    }),
  );
}

/** Those of some events that the viewer may see, as clients see them: who has left does not read on through a bundle. */
async function presentByNid(
  context: RoomsContext,
  room: Room,
  nids: readonly number[],
  viewer: Viewer,
  present: Present,
): Promise<Map<number, JsonObject>> {
  const events = await filterVisible(context, room, await context.storage.events.getAll(nids), viewer);
  const presented = await present(events);
  return new Map(events.map((event, index) => [event.nid, presented[index] ?? {}]));
}

function collect(entries: readonly (readonly [string, JsonObject | undefined])[]): Map<string, JsonObject> {
  return new Map(entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])));
}
