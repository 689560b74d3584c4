import { PUSH_GATEWAY_PATH } from '../../accounts/index.ts';
import { type OutboundClient, OutboundError } from '../../outbound/index.ts';
import type { JsonObject, JsonValue } from '../../protocol/canonical-json.ts';
import { isJsonObject } from '../../protocol/json-values.ts';
import type { StoredPusher } from '../../storage/index.ts';
import type { WebPush } from './web-push.ts';

export interface PushGatewayOptions {
  readonly outbound: OutboundClient;
  readonly webPush: WebPush;
  /** Where clients reach this server: a gateway there is this one. */
  readonly publicUrl: () => string;
}

/** Services that push take no more. */
const MOST_BYTES = 4096;
const TIME_LIMIT_MS = 20_000;
const MOST_ANSWER_BYTES = 65_536;
const MOST_DEVICES = 20;

/**
 * Brings notifications to the gateways of others, and is one itself: for browsers (Web Push) and for distributors of
 * UnifiedPush.
 *
 * Source: Push Gateway API v1.19; the data of devices with Web Push is that of Sygnal, and of MSC4174.
 */
export class PushGateway {
  readonly #options: PushGatewayOptions;

  constructor(options: PushGatewayOptions) {
    this.#options = options;
  }

  /**
   * Brings a notification to where a pusher leads.
   *
   * @returns false if nobody is there any more.
   * @throws when it did not arrive: it is worth another try.
   */
  async send(pusher: StoredPusher, notification: JsonObject): Promise<boolean> {
    const { url, auth } = JSON.parse(pusher.data) as { url: string; auth?: string };
    if (pusher.kind === 'webpush') {
      const { devices: _devices, ...told } = notification;
      return this.#toBrowser({ endpoint: url, p256dh: pusher.pushkey, auth: auth ?? '' }, told);
    }
    if (url === `${this.#options.publicUrl()}${PUSH_GATEWAY_PATH}`) {
      const { rejected } = await this.notify(notification);
      return !rejected.includes(pusher.pushkey);
    }
    const answer = await this.#post(new URL(url), JSON.stringify({ notification }));
    const { rejected } = readAnswer(answer.body.toString('utf8'));
    return !(Array.isArray(rejected) && rejected.includes(pusher.pushkey));
  }

  /**
   * Passes a notification on, as a gateway: a device has a subscription of Web Push in its data, or the address of a
   * distributor of UnifiedPush as its key.
   *
   * @returns the keys of devices that are not there any more.
   * @throws when one could not be reached: the caller tries again.
   */
  async notify(notification: JsonObject): Promise<{ rejected: string[] }> {
    const { devices, ...told } = notification;
    const rejected: string[] = [];
    for (const device of (Array.isArray(devices) ? devices : []).slice(0, MOST_DEVICES)) {
      if (!isJsonObject(device) || typeof device.pushkey !== 'string') continue;
      if (!(await this.#toDevice(device.pushkey, device, told))) rejected.push(device.pushkey);
    }
    return { rejected };
  }

  async #toDevice(pushkey: string, device: JsonObject, told: JsonObject): Promise<boolean> {
    const data = isJsonObject(device.data) ? device.data : {};
    if (typeof data.endpoint === 'string' && typeof data.auth === 'string') {
      return this.#toBrowser({ endpoint: data.endpoint, p256dh: pushkey, auth: data.auth }, told);
    }
    const distributor = URL.parse(pushkey);
    if (distributor === null || !distributor.protocol.startsWith('http')) return false;
    return this.#deliver(distributor, JSON.stringify({ notification: shortened(told) }), {});
  }

  async #toBrowser(
    subscription: { endpoint: string; p256dh: string; auth: string },
    told: JsonObject,
  ): Promise<boolean> {
    const request = await this.#options.webPush.encrypt(subscription, JSON.stringify(shortened(told)));
    // A subscription that nothing can be encrypted for was never one.
    if (request === undefined) return false;
    return this.#deliver(new URL(subscription.endpoint), request.body, request.headers);
  }

  /** @returns false if the address is gone for good. */
  async #deliver(url: URL, body: string | Buffer, headers: Record<string, string>): Promise<boolean> {
    try {
      await this.#post(url, body, headers);
      return true;
    } catch (error) {
      if (error instanceof PushRefused && (error.status === 404 || error.status === 410)) return false;
      if (error instanceof OutboundError && error.failure === 'refused') return false;
      throw error;
    }
  }

  async #post(url: URL, body: string | Buffer, headers: Record<string, string> = {}) {
    const answer = await this.#options.outbound.send({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', ...headers },
      body,
      timeLimitMs: TIME_LIMIT_MS,
      maxBytes: MOST_ANSWER_BYTES,
    });
    if (answer.status < 200 || answer.status >= 300) throw new PushRefused(url.host, answer.status);
    return answer;
  }
}

/** A gateway or a push service answered with something else than success. */
class PushRefused extends Error {
  override readonly name = 'PushRefused';
  readonly status: number;

  constructor(host: string, status: number) {
    super(`${host} answered a notification with ${status}`);
    this.status = status;
  }
}

/** What is too large for push services goes without the content: the client fetches it. */
function shortened(told: JsonObject): JsonObject {
  if (Buffer.byteLength(JSON.stringify(told)) <= MOST_BYTES - 1024) return told;
  const { content: _content, room_name: _name, sender_display_name: _sender, ...rest } = told;
  return rest;
}

function readAnswer(text: string): { readonly rejected?: JsonValue } {
  try {
    const parsed: unknown = JSON.parse(text);
    return isJsonObject(parsed) ? (parsed as { rejected?: JsonValue }) : {};
  } catch {
    return {};
  }
}
