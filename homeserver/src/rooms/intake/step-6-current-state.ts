import type { Pdu } from '../../protocol/events.ts';
import type { RoomVersionRules } from '../../protocol/room-versions.ts';
import type { StoredEvent } from '../../storage/index.ts';
import { checkByStateBefore, loadAuthorities } from './step-5-state-before.ts';

/**
 * Step 6: does the room's current state allow it? Otherwise it is soft-failed: a branch that forgot about a ban says
 * nothing to clients, yet counts when states are resolved.
 *
 * Source: Server-Server API v1.19, "Soft failure".
 * @param load gives the current state.
 * @returns why not, or undefined.
 */
export async function checkByCurrentState(
  pdu: Pdu,
  rules: RoomVersionRules,
  load: (type: string, stateKey: string) => Promise<StoredEvent | undefined>,
): Promise<string | undefined> {
  const current = await loadAuthorities(pdu, rules, load);
  return checkByStateBefore(pdu, current, rules);
}
