import { randomOpaqueId } from '../../base/ids.ts';
import type { JsonObject } from '../../protocol/canonical-json.ts';
import type { Requester } from '../endpoint.ts';
import { customEndpoint } from '../endpoint.ts';
import type { Services } from '../services.ts';
import type { FromSchema } from '../specification/json-schema.ts';

/** What the server tells single users, in Synapse's form: admin API, "Server Notices". */
const path = '/_synapse/admin/v1/send_server_notice';
const bodySchema = {
  type: 'object',
  required: ['user_id', 'content'],
  properties: {
    user_id: { type: 'string' },
    type: { type: 'string' },
    state_key: { type: 'string' },
    content: { type: 'object' },
  },
} as const;

export const sendNotice = customEndpoint(
  { name: 'adminSendServerNotice', method: 'POST', path, auth: 'admin', bodySchema, exactNumbers: true },
  ({ body, requester, services }) => send(services, requester, body, randomOpaqueId(16)),
);

/** A repeat with the same transaction ID is no second notice. */
export const sendNoticeOnce = customEndpoint(
  {
    name: 'adminSendServerNoticeOnce',
    method: 'PUT',
    path: `${path}/{txnId}`,
    auth: 'admin',
    bodySchema,
    exactNumbers: true,
  },
  ({ params, body, requester, services }) => send(services, requester, body, params.txnId),
);

async function send(
  { accounts, serverNotices }: Services,
  { userNid, deviceId }: Requester,
  body: FromSchema<typeof bodySchema>,
  txnId: string,
): Promise<object> {
  const user = await accounts.userAdministration.get(body.user_id);
  const eventId = await serverNotices.send(user, {
    type: body.type ?? 'm.room.message',
    stateKey: body.state_key,
    content: body.content as JsonObject,
    transaction: { userNid, deviceId, scope: `server notice ${body.user_id}`, txnId },
  });
  return { event_id: eventId };
}
