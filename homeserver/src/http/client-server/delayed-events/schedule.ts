import type { JsonObject } from '../../../protocol/canonical-json.ts';
import type { Requester } from '../../endpoint.ts';
import { integerQuery } from '../../request-values.ts';
import type { Services } from '../../services.ts';
import { stickyDurationIn } from '../rooms/sticky-duration.ts';

interface ScheduleCall {
  readonly query: URLSearchParams;
  readonly requester: Requester;
  readonly services: Services;
}

/** Where an event is to go; `txnId` where the client names its transaction. */
interface Target {
  readonly roomId: string;
  readonly type: string;
  readonly stateKey?: string;
  readonly content: JsonObject;
  readonly txnId?: string;
}

/** The delay that a request to send asks for (MSC4140), in milliseconds; undefined for one that does not. */
export function delayOf(query: URLSearchParams): number | undefined {
  return integerQuery(query, 'org.matrix.msc4140.delay');
}

/** Puts an event off instead of sending it. */
export async function scheduleEvent(
  { query, requester, services }: ScheduleCall,
  { txnId, ...target }: Target,
  delayMs: number,
): Promise<{ delay_id: string }> {
  const { userId, userNid, deviceId } = requester;
  const scope = `delayed ${target.roomId} ${target.type}`;
  const delayId = await services.delayedEvents.schedule({
    ...target,
    sender: { userId, userNid },
    delayMs,
    stickyMs: stickyDurationIn(query),
    ...(txnId === undefined ? {} : { transaction: { userNid, deviceId, scope, txnId } }),
  });
  return { delay_id: delayId };
}
