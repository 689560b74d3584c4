import type { Logger } from '../../base/logger.ts';
import { MatrixError } from '../../protocol/errors.ts';

/** Where LiveKit is, and what proves to it that somebody comes from here. */
export interface LiveKitAddress {
  /** Where clients connect to, without a path: `wss://livekit.example.org`. */
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
}

/** What a token lets its holder do. */
export interface LiveKitGrant {
  /** Of the call. */
  readonly room: string;
  /** Of the member. */
  readonly identity: string;
  readonly mayPublish: boolean;
}

/**
 * LiveKit takes no token back, so they end soon; somebody who stays in a call gets new ones from LiveKit itself.
 */
const TOKEN_LIFETIME = '10m';
const ANSWER_WITHIN_S = 3;
/** How long a call stays while nobody has come yet, and after the last one has gone. */
const EMPTY_FOR_S = 300;
const LEFT_FOR_S = 20;

/**
 * The LiveKit server that this homeserver lets people into. Its package is loaded when the first call begins.
 *
 * Source: MSC4195.
 */
export class LiveKit {
  readonly url: string;
  readonly #address: LiveKitAddress;
  readonly #logger: Logger;

  constructor(address: LiveKitAddress, logger: Logger) {
    this.url = address.url;
    this.#address = address;
    this.#logger = logger;
  }

  /** A token, as a JWT, with which a client enters a call. */
  async issueToken({ room, identity, mayPublish }: LiveKitGrant): Promise<string> {
    const { AccessToken } = await import('livekit-server-sdk');
    const { apiKey, apiSecret } = this.#address;
    const token = new AccessToken(apiKey, apiSecret, { identity, ttl: TOKEN_LIFETIME });
    token.addGrant({
      room,
      roomJoin: true,
      // It would let its holder end the calls of others too.
      roomCreate: false,
      canPublish: mayPublish,
      canPublishData: mayPublish,
      canSubscribe: true,
      canUpdateOwnMetadata: false,
      hidden: false,
    });
    return token.toJwt();
  }

  /**
   * Begins a call, unless it is under way.
   * @throws MatrixError 502 `M_UNKNOWN` when LiveKit does not do it within three seconds.
   */
  async createRoom(name: string): Promise<void> {
    const { RoomServiceClient } = await import('livekit-server-sdk');
    const { url, apiKey, apiSecret } = this.#address;
    const api = new RoomServiceClient(url, apiKey, apiSecret, {
      requestTimeout: ANSWER_WITHIN_S,
      failover: false,
    });
    try {
      await api.createRoom({ name, emptyTimeout: EMPTY_FOR_S, departureTimeout: LEFT_FOR_S });
    } catch (error) {
      this.#logger.warn('LiveKit did not begin a call', { error });
      throw new MatrixError(502, 'M_UNKNOWN', 'The server for calls does not answer');
    }
  }
}
