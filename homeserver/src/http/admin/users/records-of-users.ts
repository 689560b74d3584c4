import type { JsonObject } from '../../../protocol/canonical-json.ts';
import { getMembershipsOf } from '../../../rooms/index.ts';
import { customEndpoint } from '../../endpoint.ts';

const V1 = '/_synapse/admin/v1';
const USER = `${V1}/users/{userId}` as const;

export const listPushers = customEndpoint(
  { name: 'adminListPushers', method: 'GET', path: `${USER}/pushers`, auth: 'admin' },
  async ({ params, services }) => {
    const pushers = await services.accounts.userRecords.pushers(params.userId);
    return {
      pushers: pushers.map(({ appId, pushkey, kind, deviceId, description, data, enabled }) => {
        const {
          app_display_name,
          device_display_name,
          lang,
          profile_tag = '',
        } = JSON.parse(description) as JsonObject;
        return {
          app_display_name,
          app_id: appId,
          data: JSON.parse(data) as JsonObject,
          device_display_name,
          kind,
          lang,
          profile_tag,
          pushkey,
          device_id: deviceId,
          enabled: enabled === 1,
        };
      }),
      total: pushers.length,
    };
  },
);

export const getAccountData = customEndpoint(
  { name: 'adminGetAccountData', method: 'GET', path: `${USER}/accountdata`, auth: 'admin' },
  async ({ params, services }) => ({
    account_data: await services.accounts.userRecords.accountData(params.userId),
  }),
);

export const listMemberships = customEndpoint(
  { name: 'adminListMemberships', method: 'GET', path: `${USER}/memberships`, auth: 'admin' },
  async ({ params, services }) => ({
    memberships: await getMembershipsOf(services.rooms, params.userId),
  }),
);

const overridePath = `${USER}/override_ratelimit` as const;

export const getRateLimit = customEndpoint(
  { name: 'adminGetRateLimit', method: 'GET', path: overridePath, auth: 'admin' },
  async ({ params, services }) => presentLimit(await services.accounts.userRecords.rateLimit(params.userId)),
);

/** Without values, or with 0 a second, nothing counts for the user any more. */
export const setRateLimit = customEndpoint(
  {
    name: 'adminSetRateLimit',
    method: 'POST',
    path: overridePath,
    auth: 'admin',
    body: 'optional-json',
    bodySchema: {
      type: 'object',
      properties: {
        messages_per_second: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
        burst_count: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
      },
    },
  },
  async ({ params, body, services }) => {
    const { messages_per_second: messagesPerSecond = 0, burst_count: burstCount = 0 } = body;
    const limit = { messagesPerSecond, burstCount };
    await services.accounts.userRecords.setRateLimit(params.userId, limit);
    return presentLimit(limit);
  },
);

export const deleteRateLimit = customEndpoint(
  { name: 'adminDeleteRateLimit', method: 'DELETE', path: overridePath, auth: 'admin' },
  async ({ params, services }) => {
    await services.accounts.userRecords.setRateLimit(params.userId, undefined);
    return {};
  },
);

export const findByThreePid = customEndpoint(
  {
    name: 'adminFindByThreePid',
    method: 'GET',
    path: `${V1}/threepid/{medium}/users/{address}`,
    auth: 'admin',
  },
  async ({ params, services }) => ({
    user_id: await services.accounts.userRecords.ownerOfAddress(params.medium, params.address),
  }),
);

export const findByExternalId = customEndpoint(
  {
    name: 'adminFindByExternalId',
    method: 'GET',
    path: `${V1}/auth_providers/{provider}/users/{externalId}`,
    auth: 'admin',
  },
  async ({ params, services }) => ({
    user_id: await services.accounts.userRecords.ownerOfUpstreamAccount(params.provider, params.externalId),
  }),
);

function presentLimit(
  limit: { readonly messagesPerSecond: number; readonly burstCount: number } | undefined,
): object {
  if (limit === undefined) return {};
  return { messages_per_second: limit.messagesPerSecond, burst_count: limit.burstCount };
}
