/** A table with rows that go with something else. */
export interface DependentTable {
  readonly table: string;
  /** Has the number of what the rows belong to. */
  readonly column: string;
}

/** A table with rows that go with a room; `by` tells them apart, so that they can be deleted a few at a time. */
export interface TableOfRooms extends DependentTable {
  readonly by: string;
}

/**
 * What goes with a room, beside its events and states. A new table with rows of rooms has to be here (or its rows go
 * with events): a test finds it by its columns, and fails until it is.
 */
export const TABLES_OF_ROOMS: readonly TableOfRooms[] = [
  { table: 'room_members', column: 'room_nid', by: 'user_nid' },
  { table: 'room_aliases', column: 'room_nid', by: 'alias' },
  { table: 'room_networks', column: 'room_nid', by: 'network_id' },
  { table: 'account_data', column: 'room_nid', by: 'user_nid' },
  { table: 'delayed_events', column: 'room_nid', by: 'delay_id' },
  { table: 'call_members', column: 'room_nid', by: 'identity' },
  { table: 'receipts', column: 'room_nid', by: 'user_nid' },
  { table: 'slow_mode_turns', column: 'room_nid', by: 'user_nid' },
  { table: 'sticky_events', column: 'room_nid', by: 'event_nid' },
  { table: 'outgoing_rooms', column: 'room_nid', by: 'server' },
  { table: 'room_details', column: 'room_nid', by: 'room_nid' },
  { table: 'notice_rooms', column: 'room_nid', by: 'user_nid' },
  { table: 'mail_pauses', column: 'room_nid', by: 'user_nid' },
  { table: 'guild_invites', column: 'guild_nid', by: 'code' },
  { table: 'partial_rooms', column: 'room_nid', by: 'join_nid' },
  { table: 'partial_events', column: 'room_nid', by: 'event_nid' },
  { table: 'waiting_redactions', column: 'room_nid', by: 'event_nid' },
  { table: 'auth_heights', column: 'room_nid', by: 'event_nid' },
  { table: 'waiting_events', column: 'room_nid', by: 'event_nid' },
  { table: 'history_gaps', column: 'room_nid', by: 'event_nid' },
];

/** What goes with an event. A new table has to be here, as with those of rooms. */
export const TABLES_OF_EVENTS: readonly DependentTable[] = [
  { table: 'transactions', column: 'event_nid' },
  { table: 'event_relations', column: 'event_nid' },
  { table: 'search_index', column: 'rowid' },
  { table: 'sticky_events', column: 'event_nid' },
  { table: 'pending_pushes', column: 'event_nid' },
  { table: 'partial_events', column: 'event_nid' },
  { table: 'waiting_redactions', column: 'event_nid' },
  { table: 'auth_heights', column: 'event_nid' },
  { table: 'waiting_events', column: 'event_nid' },
  { table: 'history_gaps', column: 'event_nid' },
];

/** Those of them whose rows speak of events in the timeline only. */
export const TABLES_OF_TIMELINE_EVENTS: readonly DependentTable[] = TABLES_OF_EVENTS.filter(
  ({ table }) => table !== 'transactions',
);
