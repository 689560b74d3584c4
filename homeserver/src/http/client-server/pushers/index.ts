import type { JsonObject } from '../../../protocol/canonical-json.ts';
import { type Endpoint, endpoint } from '../../endpoint.ts';
import { integerQuery, textQuery } from '../../request-values.ts';

/** Without a kind it removes. `enabled` is MSC3881's, also in its unstable form. */
const postPusher = endpoint('postPusher', { limit: 'accountData' }, async ({ body, requester, services }) => {
  const { pushkey, app_id: appId, kind, data, append = false, ...rest } = body as typeof body & JsonObject;
  if (kind === null) {
    await services.accounts.pushers.remove(requester, appId, pushkey);
    return {};
  }
  const { enabled, 'org.matrix.msc3881.enabled': unstable, ...description } = rest as JsonObject;
  await services.accounts.pushers.set(requester, {
    appId,
    pushkey,
    kind,
    description,
    data: data as JsonObject | undefined,
    enabled: (enabled ?? unstable) !== false,
    append,
  });
  return {};
});

const getPushers = endpoint('getPushers', {}, async ({ requester, services }) => {
  const pushers = await services.accounts.pushers.list(requester);
  return {
    pushers: pushers.map(({ appId, pushkey, kind, deviceId, description, data, enabled }) => ({
      ...(JSON.parse(description) as JsonObject),
      app_id: appId,
      pushkey,
      kind,
      data: JSON.parse(data) as JsonObject,
      enabled: enabled === 1,
      'org.matrix.msc3881.enabled': enabled === 1,
      device_id: deviceId,
      'org.matrix.msc3881.device_id': deviceId,
    })),
  };
});

const getNotifications = endpoint('getNotifications', {}, ({ query, requester, services }) =>
  services.listNotifications(requester, {
    onlyHighlights: textQuery(query, 'only')?.includes('highlight') ?? false,
    from: textQuery(query, 'from'),
    limit: integerQuery(query, 'limit', { least: 1 }),
  }),
);

/** Where users want to be told of what notifies them, and what has. */
export const pusherEndpoints: readonly Endpoint[] = [postPusher, getPushers, getNotifications];
