import { invalidParam } from '../../../protocol/errors.ts';
import { customEndpoint } from '../../endpoint.ts';

/** The messages that the user's dehydrated device received, page by page; the last page is empty. */
export const getDehydratedDeviceEvents = customEndpoint(
  {
    name: 'getDehydratedDeviceEvents',
    method: 'POST',
    path: '/_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device/{deviceId}/events',
    auth: 'user',
    limit: 'keys',
    body: 'optional-json',
    bodySchema: { type: 'object', properties: { next_batch: { type: 'string' } } },
  },
  async ({ params, body, requester, services }) => {
    const after = positionIn(body.next_batch);
    const { events, upTo } = await services.encryption.dehydratedDevices.events(
      requester,
      params.deviceId,
      after,
    );
    return { events, next_batch: `d${upTo}` };
  },
);

function positionIn(token: string | undefined): number {
  if (token === undefined) return 0;
  const position = /^d(\d{1,16})$/.exec(token)?.[1];
  if (position === undefined) throw invalidParam('next_batch is no token of this server');
  return Number(position);
}
