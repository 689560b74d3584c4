import type { Clock } from '../../base/clock.ts';
import { randomOpaqueId } from '../../base/ids.ts';
import { notFound } from '../../protocol/errors.ts';
import { ExpectationFailed, type Rendezvous, type Storage } from '../../storage/index.ts';

/** What a device leaves for the other. */
export interface RendezvousMessage {
  readonly content: Buffer;
  readonly contentType: string;
}

/** A message in its place. The version changes whenever it is replaced. */
export interface LeftMessage extends RendezvousMessage {
  readonly id: string;
  readonly version: string;
  /** Milliseconds since the Unix epoch. */
  readonly changedTs: number;
  readonly expiresTs: number;
}

/** Long enough to agree on both devices, in a browser too. */
const LIFE_MS = 5 * 60_000;
/** Anybody can open one. */
const MOST_OPEN = 1_000;

/** The largest message, in bytes. Source: MSC4108, "Maximum payload size". */
export const MOST_RENDEZVOUS_BYTES = 4_096;

/** Places where two devices of somebody talk while one signs the other in. What they say is encrypted between them. */
export class RendezvousPlaces {
  readonly #storage: Storage;
  readonly #clock: Clock;

  constructor(storage: Storage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
  }

  /** Opens a place with its first message. */
  async open(message: RendezvousMessage): Promise<LeftMessage> {
    const changedTs = this.#clock.now();
    const stored = {
      ...this.#stored(message),
      id: randomOpaqueId(24),
      changedTs,
      expiresTs: changedTs + LIFE_MS,
    };
    await this.#storage.rendezvous.add(stored, MOST_OPEN);
    return shown(stored);
  }

  /**
   * The newest message.
   * @throws {MatrixError} 404 `M_NOT_FOUND`
   */
  async read(id: string): Promise<LeftMessage> {
    return shown(await this.#find(id));
  }

  /**
   * Replaces the message, if it is still of this version; undefined if it is not.
   * @throws {MatrixError} 404 `M_NOT_FOUND`
   */
  async replace(id: string, version: string, message: RendezvousMessage): Promise<LeftMessage | undefined> {
    const before = await this.#find(id);
    const after = { ...before, ...this.#stored(message), changedTs: this.#clock.now() };
    try {
      await this.#storage.rendezvous.replace({ id, etag: version }, after);
    } catch (error) {
      if (error instanceof ExpectationFailed) return undefined;
      throw error;
    }
    return shown(after);
  }

  /**
   * Closes a place.
   * @throws {MatrixError} 404 `M_NOT_FOUND`
   */
  async close(id: string): Promise<void> {
    await this.#find(id);
    await this.#storage.rendezvous.delete(id);
  }

  #stored({ content, contentType }: RendezvousMessage): Pick<Rendezvous, 'content' | 'contentType' | 'etag'> {
    return { content: content.toString('base64'), contentType, etag: randomOpaqueId(16) };
  }

  async #find(id: string): Promise<Rendezvous> {
    const found = await this.#storage.rendezvous.get(id, this.#clock.now());
    if (found === undefined) throw notFound('There is no such rendezvous, or no longer');
    return found;
  }
}

function shown({ id, content, contentType, etag, changedTs, expiresTs }: Rendezvous): LeftMessage {
  return { id, content: Buffer.from(content, 'base64'), contentType, version: etag, changedTs, expiresTs };
}
