import { authEventKeys, authorizeEvent } from '../../protocol/event-auth/index.ts';
import type { Pdu } from '../../protocol/events.ts';
import type { RoomVersionRules } from '../../protocol/room-versions.ts';
import type { StoredEvent } from '../../storage/index.ts';
import { stateKeyOf } from '../room.ts';

/** The state that an event is checked against, as far as it matters. */
export type Authorities = ReadonlyMap<string, StoredEvent>;

/**
 * Step 5: does the state before it allow it? Otherwise it is rejected.
 *
 * Source: Server-Server API v1.19, "Checks performed on receipt of a PDU".
 * @returns why not, or undefined.
 */
export function checkByStateBefore(
  pdu: Pdu,
  before: Authorities,
  rules: RoomVersionRules,
): string | undefined {
  const decision = authorizeEvent(pdu, (type, key) => before.get(stateKeyOf(type, key))?.pdu, rules);
  return decision.allowed ? undefined : decision.reason;
}

/**
 * As `load`, for a room whose state may lack members: what an event names as its authority stands in for those.
 *
 * Source: MSC3902, "Faster remote room joins": nothing better is known until the state is complete.
 */
export function withClaimedMembers(
  load: (type: string, stateKey: string) => Promise<StoredEvent | undefined>,
  authEvents: readonly StoredEvent[],
): typeof load {
  return async (type, stateKey) => {
    const event = await load(type, stateKey);
    if (event !== undefined || type !== 'm.room.member') return event;
    return authEvents.find(({ pdu }) => pdu.type === type && pdu.state_key === stateKey);
  };
}

/** Loads what the rules may ask of a state for this event. */
export async function loadAuthorities(
  pdu: Pdu,
  rules: RoomVersionRules,
  load: (type: string, stateKey: string) => Promise<StoredEvent | undefined>,
): Promise<Authorities> {
  const found = new Map<string, StoredEvent>();
  for (const [type, stateKey] of [['m.room.create', ''] as const, ...authEventKeys(pdu, rules)]) {
    const event = await load(type, stateKey);
    if (event !== undefined) found.set(stateKeyOf(type, stateKey), event);
  }
  return found;
}
