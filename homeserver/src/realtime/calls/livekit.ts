import type { RoomServiceClient } from 'livekit-server-sdk';
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

/** What LiveKit tells of a call. */
interface CallNews {
  /** The name of the call in which somebody has come or gone. */
  readonly call: string;
  /** The name of who is or was there for certain. */
  readonly seen: string | undefined;
}

/**
 * LiveKit takes no token back, so they end soon; somebody who stays in a call gets new ones from LiveKit itself, which
 * last as long.
 */
export const TOKEN_LIFETIME_MS = 10 * 60_000;
const ANSWER_WITHIN_S = 3;
/** How long a call stays while nobody has come yet, and after the last one has gone. */
const EMPTY_FOR_S = 300;
const LEFT_FOR_S = 20;

const COMINGS_AND_GOINGS: ReadonlySet<string> = new Set([
  'participant_joined',
  'participant_left',
  'participant_connection_aborted',
  'room_finished',
]);

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
    const token = new AccessToken(apiKey, apiSecret, { identity, ttl: TOKEN_LIFETIME_MS / 1000 });
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
    try {
      const api = await this.#api();
      await api.createRoom({ name, emptyTimeout: EMPTY_FOR_S, departureTimeout: LEFT_FOR_S });
    } catch (error) {
      this.#logger.warn('LiveKit did not begin a call', { error });
      throw new MatrixError(502, 'M_UNKNOWN', 'The server for calls does not answer');
    }
  }

  /** The names of those who are in a call now. @throws unless LiveKit answers within three seconds. */
  async membersOf(call: string): Promise<Set<string>> {
    const api = await this.#api();
    const found = await unlessGone(api.listParticipants(call));
    return new Set(found?.map(({ identity }) => identity));
  }

  /** Takes somebody out of a call, if they are there. @throws unless LiveKit does it within three seconds. */
  async remove(call: string, identity: string): Promise<void> {
    const api = await this.#api();
    await unlessGone(api.removeParticipant(call, identity));
  }

  /**
   * Reads what LiveKit tells of itself (a webhook).
   *
   * @param body as it came.
   * @param authorization the header of the same name.
   * @returns undefined for news of other things than that somebody comes or goes.
   * @throws MatrixError 401 `M_UNAUTHORIZED` for what is not signed with the key that this server has.
   */
  async readNews(body: string, authorization: string | undefined): Promise<CallNews | undefined> {
    const { WebhookReceiver } = await import('livekit-server-sdk');
    const { apiKey, apiSecret } = this.#address;
    const receiver = new WebhookReceiver(apiKey, apiSecret);
    try {
      const { event, room, participant } = await receiver.receive(body, authorization);
      if (room === undefined || !COMINGS_AND_GOINGS.has(event)) return undefined;
      const isSeen = event === 'participant_joined' || event === 'participant_left';
      return { call: room.name, seen: isSeen ? participant?.identity : undefined };
    } catch {
      throw new MatrixError(401, 'M_UNAUTHORIZED', 'This is not signed as LiveKit would');
    }
  }

  async #api(): Promise<RoomServiceClient> {
    const { RoomServiceClient } = await import('livekit-server-sdk');
    const { url, apiKey, apiSecret } = this.#address;
    return new RoomServiceClient(url, apiKey, apiSecret, {
      requestTimeout: ANSWER_WITHIN_S,
      failover: false,
    });
  }
}

/** What LiveKit answers; undefined if it does not know the call or the member. */
async function unlessGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'not_found') return undefined;
    throw error;
  }
}
