import type { ResolutionSource } from './source.ts';

type LoadEvents = ResolutionSource['loadEvents'];

/** The auth difference of several states, by walking their chains. */
export async function authDifferenceOf(
  states: readonly ReadonlySet<string>[],
  loadEvents: LoadEvents,
): Promise<Set<string>> {
  const chains = await Promise.all(
    states.map(async (state) => new Set((await authGraph(state, loadEvents)).keys())),
  );
  const difference = new Set<string>();
  for (const chain of chains) {
    for (const eventId of chain) {
      if (!chains.every((other) => other.has(eventId))) difference.add(eventId);
    }
  }
  return difference;
}

/** The events on paths between conflicted events, both ends included, by walking their chains. */
export async function conflictedSubgraphOf(
  conflicted: ReadonlySet<string>,
  loadEvents: LoadEvents,
): Promise<Set<string>> {
  const graph = await authGraph(conflicted, loadEvents);
  const citedBy = new Map<string, string[]>();
  for (const [eventId, authEvents] of graph) {
    for (const authEvent of authEvents) {
      const citing = citedBy.get(authEvent);
      if (citing === undefined) citedBy.set(authEvent, [eventId]);
      else citing.push(eventId);
    }
  }
  // Everything in the graph is reached from a conflicted event. What also leads to one, is found going back up.
  const subgraph = new Set<string>();
  const pending = [...conflicted].filter((eventId) => graph.has(eventId));
  for (let eventId = pending.pop(); eventId !== undefined; eventId = pending.pop()) {
    if (subgraph.has(eventId)) continue;
    subgraph.add(eventId);
    pending.push(...(citedBy.get(eventId) ?? []));
  }
  return subgraph;
}

/** The `auth_events` of these events and of everything that they are based on. Events that are missing have no entry. */
async function authGraph(
  eventIds: Iterable<string>,
  loadEvents: LoadEvents,
): Promise<Map<string, readonly string[]>> {
  const graph = new Map<string, readonly string[]>();
  const seen = new Set(eventIds);
  let pending = [...seen];
  while (pending.length > 0) {
    const loaded = await loadEvents(pending);
    pending = [];
    for (const [eventId, { pdu }] of loaded) {
      graph.set(eventId, pdu.auth_events);
      for (const authEvent of pdu.auth_events) {
        if (seen.has(authEvent)) continue;
        seen.add(authEvent);
        pending.push(authEvent);
      }
    }
  }
  return graph;
}
