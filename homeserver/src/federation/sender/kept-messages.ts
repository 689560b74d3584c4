import type { Clock } from '../../base/clock.ts';
import type { RemoteMessages, RemoteToDevice } from '../../encryption/index.ts';
import type { JsonObject } from '../../protocol/canonical-json.ts';
import type { ServerName } from '../../protocol/identifiers.ts';
import type { Storage, UnitOfWork } from '../../storage/index.ts';
import type { Edu } from './outgoing-edus.ts';

/** Adds messages to other servers that must not be lost to what is stored for them. */
export class KeptMessages implements RemoteToDevice {
  readonly #storage: Pick<Storage, 'outgoing'>;
  readonly #clock: Clock;
  #last = 0;

  constructor(storage: Pick<Storage, 'outgoing'>, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
  }

  /** Messages to devices. Source: Server-Server API v1.19, `m.direct_to_device`. */
  enqueue(unit: UnitOfWork, server: ServerName, { sender, type, messageId, messages }: RemoteMessages): void {
    const content = { sender, type, message_id: messageId, messages } as unknown as JsonObject;
    this.add(unit, server, `to-device ${messageId}`, { edu_type: 'm.direct_to_device', content });
  }

  /** Adds a message, in a unit. @param key a newer message with the same one replaces an older. */
  add(unit: UnitOfWork, server: ServerName, key: string, edu: Edu): void {
    // Finer than the clock, so that none has the place of another.
    this.#last = Math.max(this.#last + 1, this.#clock.now() * 1000);
    this.#storage.outgoing.addMessage(unit, server, { key, ts: this.#last, edu: JSON.stringify(edu) });
  }
}
