import type { Room } from '../room.ts';
import type { CheckedEvent, IntakeContext } from './intake-context.ts';
import { checkForm } from './step-1-form.ts';
import { checkSignatures } from './step-2-signatures.ts';
import { checkContentHash } from './step-3-content-hash.ts';

/**
 * Steps 1 to 3, which need no other event of the room, so that they run outside its queue.
 *
 * @throws MatrixError as steps 1 and 2 do: the event is dropped.
 */
export async function checkAlone(context: IntakeContext, room: Room, json: unknown): Promise<CheckedEvent> {
  const { eventId, pdu } = checkForm(json, room);
  await checkSignatures(context.signingKeys, pdu, room.rules);
  return { eventId, pdu: checkContentHash(pdu, room.rules) };
}
