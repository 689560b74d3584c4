import type { Storage } from '../../storage/index.ts';

/** Where a browser is reached, and for whom to encrypt. */
export interface WebPushSubscription {
  readonly endpoint: string;
  /** The browser's public key, base64url. */
  readonly p256dh: string;
  /** The browser's secret, base64url. */
  readonly auth: string;
}

interface VapidKeys {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** How long a push service keeps what it cannot deliver: a day, in seconds. */
const KEPT_S = 86_400;

/**
 * Encrypts for browsers (RFC 8291) and signs for their push services (RFC 8292), with keys that are made at the first
 * start. The library loads when something is pushed for the first time.
 */
export class WebPush {
  readonly #subject: () => string;
  readonly #keys: VapidKeys;

  private constructor(keys: VapidKeys, subject: () => string) {
    this.#keys = keys;
    this.#subject = subject;
  }

  /** @param subject where push services turn to when something is wrong: the address of this server. */
  static async open(storage: Pick<Storage, 'meta'>, subject: () => string): Promise<WebPush> {
    const stored = await storage.meta.get('vapid_keys');
    if (stored !== undefined) return new WebPush(JSON.parse(stored) as VapidKeys, subject);
    const { default: library } = await import('web-push');
    const made = JSON.stringify(library.generateVAPIDKeys());
    return new WebPush(JSON.parse(await storage.meta.getOrSet('vapid_keys', made)) as VapidKeys, subject);
  }

  /** What clients subscribe with at their push service, base64url. */
  get publicKey(): string {
    return this.#keys.publicKey;
  }

  /** @returns the request's body and headers; undefined for a subscription that nothing can be encrypted for. */
  async encrypt(
    { endpoint, p256dh, auth }: WebPushSubscription,
    payload: string,
  ): Promise<{ readonly body: Buffer; readonly headers: Record<string, string> } | undefined> {
    const { default: library } = await import('web-push');
    try {
      const subject = this.#subject();
      const details = library.generateRequestDetails({ endpoint, keys: { p256dh, auth } }, payload, {
        // Push services want a secure address; a server without one names none of its own.
        vapidDetails: {
          subject: subject.startsWith('https:') ? subject : 'mailto:admin@localhost.invalid',
          ...this.#keys,
        },
        TTL: KEPT_S,
        contentEncoding: 'aes128gcm',
      });
      const headers = Object.entries(details.headers).map(([name, value]) => [name, String(value)]);
      return { body: details.body ?? Buffer.alloc(0), headers: Object.fromEntries(headers) };
    } catch {
      return undefined;
    }
  }
}
