import { PUSH_GATEWAY_PATH } from '../../accounts/index.ts';
import { MatrixError } from '../../protocol/errors.ts';
import { customEndpoint, type Endpoint } from '../endpoint.ts';
import { getUnsubscribePage, unsubscribe } from './unsubscribe.ts';

/** Passes a notification on to a browser or to a distributor of UnifiedPush (Push Gateway API v1.19). */
const notify = customEndpoint(
  {
    name: 'pushGatewayNotify',
    method: 'POST',
    path: PUSH_GATEWAY_PATH,
    auth: 'none',
    limit: 'pushGateway',
    bodySchema: {
      type: 'object',
      properties: { notification: { type: 'object' } },
      required: ['notification'],
    },
  },
  async ({ body, services }) => {
    try {
      return await services.pushGateway.notify(body.notification);
    } catch (error) {
      services.logger.info('a notification could not be passed on', { error });
      throw new MatrixError(502, 'M_UNKNOWN', 'The notification could not be passed on: try again later');
    }
  },
);

/** How distributors of UnifiedPush find out that this is a gateway. */
const discoverGateway = customEndpoint(
  { name: 'pushGatewayDiscovery', method: 'GET', path: PUSH_GATEWAY_PATH, auth: 'none' },
  () => ({ unifiedpush: { gateway: 'matrix' } }),
);

export const pushGatewayEndpoints: readonly Endpoint[] = [
  notify,
  discoverGateway,
  getUnsubscribePage,
  unsubscribe,
];
