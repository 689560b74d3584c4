import type { JsonObject } from '../../../protocol/canonical-json.ts';
import { badJson } from '../../../protocol/errors.ts';
import { domainOf, isUserId, type ServerName } from '../../../protocol/identifiers.ts';
import { isJsonObject } from '../../../protocol/json-values.ts';
import type { ReceiverContext } from '../receiver-context.ts';
import { requireUserOf } from './remote-user.ts';

/** Source: Server-Server API v1.19, `m.direct_to_device`: "no longer than 32 codepoints". */
const LONGEST_MESSAGE_ID = 32;
const LONGEST_TYPE = 255;

/**
 * Messages to devices of this server, each delivered once however often it comes.
 *
 * Source: Server-Server API v1.19, `m.direct_to_device`.
 */
export async function receiveDirectToDevice(
  { encryption, serverName, storage }: ReceiverContext,
  origin: ServerName,
  { sender: user, type, message_id: messageId, messages }: JsonObject,
): Promise<void> {
  const sender = requireUserOf(origin, user);
  if (typeof type !== 'string' || type.length > LONGEST_TYPE) throw badJson('The EDU has no type');
  if (typeof messageId !== 'string' || [...messageId].length > LONGEST_MESSAGE_ID) {
    throw badJson('The EDU has no message_id of at most 32 characters');
  }
  if (!isJsonObject(messages)) throw badJson('The EDU has no messages');
  const local = localMessages(messages, serverName);
  if (Object.keys(local).length === 0) return;
  const userNid = await storage.strings.intern(sender);
  const transaction = { userNid, deviceId: '', scope: 'federation', txnId: messageId };
  await encryption.toDevice.send({ sender, type, messages: local, transaction });
}

function localMessages(
  messages: JsonObject,
  serverName: ServerName,
): Record<string, Record<string, JsonObject>> {
  const local: Record<string, Record<string, JsonObject>> = {};
  for (const [userId, byDevice] of Object.entries(messages)) {
    if (!isUserId(userId) || domainOf(userId) !== serverName || !isJsonObject(byDevice)) continue;
    const contents = Object.entries(byDevice).filter((entry): entry is [string, JsonObject] =>
      isJsonObject(entry[1]),
    );
    local[userId] = Object.fromEntries(contents);
  }
  return local;
}
