import type { JsonObject } from '../../../protocol/canonical-json.ts';
import { MatrixError } from '../../../protocol/errors.ts';
import type { ServerName, UserId } from '../../../protocol/identifiers.ts';
import { isJsonObject } from '../../../protocol/json-values.ts';
import type { ReceiverContext } from '../receiver-context.ts';
import { receiveDeviceListUpdate, receiveSigningKeyUpdate } from './device-lists.ts';
import { receivePresence } from './presence.ts';
import { ReceiptReceiver } from './receipts.ts';
import { receiveDirectToDevice } from './to-device.ts';
import { receiveTyping } from './typing.ts';

/**
 * @param changed takes the users whose keys changed: clients are told once of each, however often it was said.
 * @throws MatrixError for an EDU that is not taken.
 */
type ReceiveEdu = (origin: ServerName, content: JsonObject, changed: Set<UserId>) => Promise<void>;

/**
 * Takes what servers tell each other beside events. What is not taken is logged and forgotten, as is what nobody here
 * knows.
 *
 * Source: Server-Server API v1.19, "EDUs".
 */
export class EduReceiver {
  readonly #context: ReceiverContext;
  readonly #receive: ReadonlyMap<string, ReceiveEdu>;

  constructor(context: ReceiverContext) {
    this.#context = context;
    const receipts = new ReceiptReceiver(context);
    const updateSigningKeys: ReceiveEdu = async (origin, content, changed) =>
      void changed.add(await receiveSigningKeyUpdate(context, origin, content));
    this.#receive = new Map<string, ReceiveEdu>([
      ['m.typing', (origin, content) => receiveTyping(context, origin, content)],
      ['m.receipt', (origin, content) => receipts.receive(origin, content)],
      ['m.presence', (origin, content) => receivePresence(context, origin, content)],
      [
        'm.device_list_update',
        async (origin, content, changed) =>
          void changed.add(await receiveDeviceListUpdate(context, origin, content)),
      ],
      ['m.signing_key_update', updateSigningKeys],
      // Servers from before the specification had it.
      ['org.matrix.signing_key_update', updateSigningKeys],
      ['m.direct_to_device', (origin, content) => receiveDirectToDevice(context, origin, content)],
    ]);
  }

  /** Takes the EDUs of one transaction, in their order. @throws what is no answer: the transaction has to come again. */
  async receive(origin: ServerName, edus: readonly JsonObject[]): Promise<void> {
    const changed = new Set<UserId>();
    for (const { edu_type: type, content } of edus) {
      const receive = typeof type === 'string' ? this.#receive.get(type) : undefined;
      if (receive === undefined || typeof type !== 'string' || !isJsonObject(content)) {
        this.#context.count('unknown edu', 'ignored');
        continue;
      }
      try {
        await receive(origin, content, changed);
        this.#context.count(type, 'accepted');
      } catch (error) {
        if (!(error instanceof MatrixError)) throw error;
        this.#context.count(type, 'refused');
        this.#context.logger.debug('an EDU was refused', { origin, type, reason: error.message });
      }
    }
    for (const userId of changed) await this.#context.encryption.deviceLists.remoteUserChanged(userId);
  }
}
