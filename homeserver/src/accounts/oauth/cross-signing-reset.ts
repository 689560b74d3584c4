import type { Clock } from '../../base/clock.ts';
import { forbidden } from '../../protocol/errors.ts';
import type { Storage } from '../../storage/index.ts';
import type { ConfirmationMethod } from '../confirmation.ts';
import type { Requester } from '../requester.ts';
import { hashOfToken } from '../tokens.ts';

/** The stage of the specification, and the one of MSC4312 that apps still know. */
const STAGES = ['m.oauth', 'org.matrix.cross_signing_reset'];
/** As with Synapse's authentication service. */
const LEAVE_MS = 10 * 60_000;

/**
 * The leave to replace one's cross-signing keys, given in the browser: apps that people sign in to there know no
 * password to confirm it with.
 *
 * Source: Client-Server API v1.19, "OAuth authentication"; MSC4312.
 */
export class CrossSigningReset {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #pageUrl: () => string;

  /** @param pageUrl where people give their leave. */
  constructor(storage: Storage, clock: Clock, pageUrl: () => string) {
    this.#storage = storage;
    this.#clock = clock;
    this.#pageUrl = pageUrl;
  }

  /** Lets a user replace their cross-signing keys for the next ten minutes. */
  async allow({ userId, userNid }: { readonly userId: string; readonly userNid: number }): Promise<void> {
    const now = this.#clock.now();
    const keyHash = hashOfToken(userId);
    const leave = {
      kind: 'cross-signing-reset',
      keyHash,
      userNid,
      content: '{}',
      expiresTs: now + LEAVE_MS,
    } as const;
    await this.#storage.oauthItems.add([leave], now);
  }

  /** How apps ask for it. */
  get methods(): readonly ConfirmationMethod[] {
    return STAGES.map((stage) => ({
      stage,
      isOfferedTo: async ({ userNid, deviceId }, [operation]) =>
        operation === 'upload-cross-signing-keys' &&
        (await this.#storage.oauthClients.ofDevice(userNid, deviceId)) !== undefined,
      hasLeave: (requester) => this.#isAllowed(requester),
      params: () => ({ url: this.#pageUrl() }),
      check: async () => {
        throw forbidden('Please allow it in your browser first');
      },
    }));
  }

  async #isAllowed({ userId }: Requester): Promise<boolean> {
    const keyHash = hashOfToken(userId);
    const leave = await this.#storage.oauthItems.get('cross-signing-reset', keyHash, this.#clock.now());
    return leave !== undefined;
  }
}
