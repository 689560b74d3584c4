import type { StatePdu } from '../events.ts';
import { authDifferenceOf, conflictedSubgraphOf } from './auth-chains.ts';

/** A state event as state resolution needs it. */
export interface KnownEvent {
  readonly eventId: string;
  readonly pdu: StatePdu;
  /** Whether it failed the authorisation rules when it was received. */
  readonly rejected: boolean;
}

/** Where state resolution finds events. All of them have to be of the one room. */
export interface ResolutionSource {
  /** The events with these IDs, rejected ones too; those that the server does not have are left out. */
  loadEvents(eventIds: readonly string[]): Promise<ReadonlyMap<string, KnownEvent>>;
  /**
   * The auth difference: the full auth chain of a state is the union of the auth chains of its events; these are the
   * events in some of the chains, but not in all. Whether the chains hold the events of the states themselves does not
   * matter. Rooms have long chains: a store answers from an index, not by walking.
   * @param states the event IDs of each state.
   */
  authDifference(states: readonly ReadonlySet<string>[]): Promise<ReadonlySet<string>>;
  /**
   * The conflicted state subgraph (room version 12 and on): all events on paths of `auth_events` from one of these
   * events to another.
   */
  conflictedSubgraph(conflicted: ReadonlySet<string>): Promise<ReadonlySet<string>>;
}

/** A source that answers the questions about chains by walking them from end to end. For tests and small rooms. */
export function walkingSource(loadEvents: ResolutionSource['loadEvents']): ResolutionSource {
  return {
    loadEvents,
    authDifference: (states) => authDifferenceOf(states, loadEvents),
    conflictedSubgraph: (conflicted) => conflictedSubgraphOf(conflicted, loadEvents),
  };
}
