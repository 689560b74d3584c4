import { pingAppService as ping } from '../../../delivery/index.ts';
import { forbidden } from '../../../protocol/errors.ts';
import { endpoint } from '../../endpoint.ts';

/** Tells an application service whether this server reaches it. */
export const pingAppservice = endpoint(
  'pingAppservice',
  { limit: 'search', body: 'optional-json' },
  async ({ params, body, requester, services }) => {
    const { appService } = requester;
    if (appService === undefined || appService.id !== params.appserviceId) {
      throw forbidden('This takes the token of that application service');
    }
    const durationMs = await ping(services.appServiceCalls, appService, body.transaction_id);
    return { duration_ms: durationMs };
  },
);
