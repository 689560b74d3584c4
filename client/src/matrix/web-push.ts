import { type MatrixClient, Method } from 'matrix-js-sdk';
import { asArray, asObject, asString, type JsonObject } from '../lib/parse.ts';

/** Where a browser can be reached while no page of ours is open. */
export interface PushTarget {
  readonly endpoint: string;
  /** The browser's public key, base64url. */
  readonly p256dh: string;
  /** The browser's secret, base64url. */
  readonly auth: string;
}

/** Being told while the client is closed (MSC4174). Every function rejects when the server refuses. */
export interface WebPushActions {
  /** The key that the browser has to be subscribed with; undefined when the server does not push to browsers. */
  findKey(): Promise<string | undefined>;
  /** Whether the server tells this browser. */
  isTold(target: PushTarget): Promise<boolean>;
  begin(target: PushTarget, language: string): Promise<void>;
  end(target: PushTarget): Promise<void>;
}

const appId = 'io.guildhall.web';

export function createWebPushActions(client: MatrixClient): WebPushActions {
  // The SDK does not know this kind of pusher.
  const setPusher = (body: JsonObject): Promise<unknown> =>
    client.http.authedRequest(Method.Post, '/pushers/set', undefined, body);
  return {
    async findKey() {
      const capabilities: JsonObject = asObject(await client.getCapabilities()) ?? {};
      const known = asObject(capabilities['m.webpush'] ?? capabilities['org.matrix.msc4174.webpush']);
      return known?.enabled === false ? undefined : asString(known?.vapid);
    },
    async isTold({ p256dh }) {
      const { pushers } = await client.getPushers();
      return asArray(pushers).some((pusher) => {
        const fields = asObject(pusher);
        return fields?.app_id === appId && fields.pushkey === p256dh;
      });
    },
    async begin({ endpoint, p256dh, auth }, language) {
      await setPusher({
        kind: 'webpush',
        app_id: appId,
        pushkey: p256dh,
        app_display_name: 'Guildhall',
        device_display_name: client.getDeviceId() ?? '',
        lang: language,
        data: { url: endpoint, auth },
      });
    },
    async end({ p256dh }) {
      await setPusher({ kind: null, app_id: appId, pushkey: p256dh });
    },
  };
}
