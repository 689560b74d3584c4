import type { AppService } from '../../accounts/index.ts';
import { OutboundError } from '../../outbound/index.ts';
import { MatrixError } from '../../protocol/errors.ts';
import type { AppServiceAnswer, AppServiceCalls } from './app-service-calls.ts';

const PING_LIMIT_MS = 30_000;
/** How much of an answer is told that was not expected. */
const MOST_TOLD = 10_000;

/**
 * Finds out for an application service whether this server reaches it.
 *
 * Source: Client-Server API v1.19, `POST /appservice/{appserviceId}/ping`.
 * @returns how long it took, in milliseconds.
 * @throws {MatrixError} 400 `M_URL_NOT_SET`; 502 `M_BAD_STATUS` with `status` and `body`, 502 `M_CONNECTION_FAILED`,
 * 504 `M_CONNECTION_TIMEOUT`.
 */
export async function pingAppService(
  calls: AppServiceCalls,
  service: AppService,
  transactionId: string | undefined,
): Promise<number> {
  if (service.registration.url === undefined) {
    throw new MatrixError(400, 'M_URL_NOT_SET', 'This application service has no address');
  }
  const started = performance.now();
  const { status, text } = await ping(calls, service, transactionId);
  if (status >= 200 && status < 300) return Math.round(performance.now() - started);
  const told = { status, body: text.slice(0, MOST_TOLD) };
  throw new MatrixError(502, 'M_BAD_STATUS', `The application service answered with status ${status}`, told);
}

async function ping(
  calls: AppServiceCalls,
  service: AppService,
  transactionId: string | undefined,
): Promise<AppServiceAnswer> {
  const body = JSON.stringify(transactionId === undefined ? {} : { transaction_id: transactionId });
  try {
    return await calls.send(service, {
      method: 'POST',
      path: '/_matrix/app/v1/ping',
      body,
      timeLimitMs: PING_LIMIT_MS,
    });
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    throw error.failure === 'timeout'
      ? new MatrixError(504, 'M_CONNECTION_TIMEOUT', error.message)
      : new MatrixError(502, 'M_CONNECTION_FAILED', error.message);
  }
}
