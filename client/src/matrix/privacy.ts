import { type EventType, type MatrixClient, SetPresence } from 'matrix-js-sdk';
import { asObject, type JsonObject } from '../lib/parse.ts';
import type { Readable } from './store.ts';
import type { KeyValueStorage } from './unsent-store.ts';

/** What others learn of what we do. */
export interface Privacy extends JsonObject {
  readonly showsReading: boolean;
  readonly showsTyping: boolean;
  readonly showsPresence: boolean;
}

/** Where it is kept in our account data. */
export const privacyType = 'io.guildhall.privacy';

export function parsePrivacy(content: unknown): Privacy {
  const fields = asObject(content) ?? {};
  return {
    showsReading: fields.showsReading !== false,
    showsTyping: fields.showsTyping !== false,
    showsPresence: fields.showsPresence !== false,
  };
}

/**
 * Goes by what we want others to learn: before sync has brought it, by what this browser remembers.
 * Its presence is told to the SDK; the rest asks `read`.
 */
export class PrivacyGuard {
  readonly #client: MatrixClient;
  readonly #wishes: Readable<Privacy>;
  readonly #storage: KeyValueStorage | undefined;
  readonly #key: string;
  #current: Privacy;
  #leave: () => void = () => undefined;

  constructor(client: MatrixClient, wishes: Readable<Privacy>, storage: KeyValueStorage | undefined) {
    this.#client = client;
    this.#wishes = wishes;
    this.#storage = storage;
    this.#key = `guildhall.privacy.${client.getSafeUserId()}`;
    this.#current = this.#remember();
  }

  readonly read = (): Privacy => this.#current;

  /** To be called when the SDK has begun to sync, and before its first request is answered. */
  start(): void {
    this.#tellPresence();
    this.#leave = this.#wishes.subscribe(() => this.#apply());
  }

  stop(): void {
    this.#leave();
  }

  #apply(): void {
    const client = this.#client;
    const isKnown =
      client.getSyncState() !== null || client.getAccountData(privacyType as EventType.Direct) !== undefined;
    if (!isKnown) return;
    const { showsPresence } = this.#current;
    this.#current = this.#wishes.getSnapshot();
    this.#keep();
    if (this.#current.showsPresence === showsPresence) return;
    this.#tellPresence();
    // Sync alone would let us be online until the server has forgotten the last one.
    client.setPresence({ presence: showsPresence ? 'offline' : 'online' }).catch(() => undefined);
  }

  #tellPresence(): void {
    void this.#client.setSyncPresence(this.#current.showsPresence ? undefined : SetPresence.Offline);
  }

  #remember(): Privacy {
    try {
      return parsePrivacy(JSON.parse(this.#storage?.getItem(this.#key) ?? '{}'));
    } catch {
      return parsePrivacy({});
    }
  }

  #keep(): void {
    try {
      this.#storage?.setItem(this.#key, JSON.stringify(this.#current));
    } catch {
      // A full storage: the wishes come with the next sync.
    }
  }
}
