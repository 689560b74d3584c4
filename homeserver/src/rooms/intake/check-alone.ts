import { MatrixError } from '../../protocol/errors.ts';
import type { CheckedEvent, CheckedRoom, IntakeContext } from './intake-context.ts';
import { checkForm } from './step-1-form.ts';
import { checkSignatures } from './step-2-signatures.ts';
import { checkContentHash } from './step-3-content-hash.ts';

/**
 * Steps 1 to 3, which need no other event of the room, so that they run outside its queue.
 *
 * @throws MatrixError as steps 1 and 2 do: the event is dropped.
 */
export async function checkAlone(
  context: Pick<IntakeContext, 'signingKeys'>,
  room: CheckedRoom,
  json: unknown,
): Promise<CheckedEvent> {
  return checkOrigin(context, room, checkForm(json, room));
}

/** Steps 2 and 3. @throws MatrixError as step 2 does. */
export async function checkOrigin(
  { signingKeys }: Pick<IntakeContext, 'signingKeys'>,
  { rules }: CheckedRoom,
  { eventId, pdu }: CheckedEvent,
): Promise<CheckedEvent> {
  await checkSignatures(signingKeys, pdu, rules);
  return { eventId, pdu: checkContentHash(pdu, rules) };
}

/** For one of many events: those that are dropped are left out. */
export function dropInvalid(error: unknown): undefined {
  if (!(error instanceof MatrixError)) throw error;
}
