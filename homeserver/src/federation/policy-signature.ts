import type { JsonObject } from '../protocol/canonical-json.ts';
import { badJson, MatrixError, notFound } from '../protocol/errors.ts';
import type { Pdu } from '../protocol/events.ts';
import { isRoomId, type ServerName } from '../protocol/identifiers.ts';
import { ownValue } from '../protocol/json-values.ts';
import type { RoomVersionRules } from '../protocol/room-versions.ts';
import { addSignature } from '../protocol/signing.ts';
import { pduToWire } from '../protocol/wire.ts';
import {
  checkForm,
  checkOrigin,
  isPolicyEvent,
  missingPolicySignature,
  POLICY_KEY_ID,
  policyServerOf,
  type Room,
  requireServerAllowed,
  signAsPolicyServer,
} from '../rooms/index.ts';
import type { FederationContext, FederationRequest } from './context.ts';
import { FederationError } from './federation-error.ts';

type Patience = Pick<FederationRequest, 'timeLimitMs' | 'isUrgent'>;

/** As Synapse, for what was received. */
const PATIENCE: Patience = { timeLimitMs: 30_000, isUrgent: false };

/**
 * An event with the signature of its room's policy server, which is asked for it where it is missing. Whatever it
 * answers, the event is checked for it later.
 *
 * Source: Server-Server API v1.19, "Policy servers".
 */
export async function withPolicySignature(context: FederationContext, room: Room, pdu: Pdu): Promise<Pdu> {
  const policyServer = await missingPolicySignature(context.rooms, room, pdu);
  if (policyServer === undefined) return pdu;
  const { serverName } = policyServer;
  try {
    const signature =
      serverName === context.serverName
        ? await signAsPolicyServer(context.rooms, room, pdu)
        : await askPolicyServer(context, serverName, pdu, room.rules, PATIENCE);
    return addSignature(pdu, serverName, POLICY_KEY_ID, signature);
  } catch (error) {
    if (!(error instanceof FederationError || error instanceof MatrixError)) throw error;
    context.logger.info('a policy server did not sign an event', {
      roomId: room.roomId,
      policyServer: serverName,
      sender: pdu.sender,
      reason: error.message,
    });
    return pdu;
  }
}

/**
 * Asks a policy server to sign an event.
 *
 * Source: Server-Server API v1.19, `POST /_matrix/policy/v1/sign`.
 * @returns its signature, unchecked.
 * @throws FederationError
 */
export async function askPolicyServer(
  { client }: Pick<FederationContext, 'client'>,
  server: ServerName,
  pdu: Pdu,
  rules: RoomVersionRules,
  patience: Patience,
): Promise<string> {
  const answer = await client.request({
    destination: server,
    method: 'POST',
    path: '/_matrix/policy/v1/sign',
    body: pduToWire(pdu, rules),
    ...patience,
  });
  const signature = ownValue(answer[server], POLICY_KEY_ID);
  if (typeof signature === 'string') return signature;
  throw new FederationError(server, 'malformed', 'it did not sign the event');
}

/**
 * Signs an event as the policy server of its room.
 *
 * Source: Server-Server API v1.19, `POST /_matrix/policy/v1/sign`.
 * @param json of the event, as `parseJson` reads it.
 * @throws MatrixError 404 `M_NOT_FOUND` for a room that has another policy server, or none; 403 `M_FORBIDDEN` for an
 * event that should not be shown; 400 `M_BAD_JSON` for one that nobody shows.
 */
export async function signForRoom(
  context: FederationContext,
  origin: ServerName,
  json: JsonObject,
): Promise<JsonObject> {
  const { rooms, serverName, keyring } = context;
  const room = isRoomId(json.room_id) ? await rooms.registry.byId(json.room_id) : undefined;
  if (room === undefined || (await policyServerOf(rooms, room))?.serverName !== serverName) {
    throw notFound('This is not the policy server of the room');
  }
  requireServerAllowed(room, origin);
  const formed = checkForm(json, room);
  if (isPolicyEvent(formed.pdu))
    throw badJson('An event that names a policy server needs no signature of it');
  const { pdu } = await checkOrigin({ signingKeys: keyring }, room, formed);
  // What is signed is the redacted event: with another content than its hash is of, it could be any.
  if (pdu !== formed.pdu) throw badJson('The event has another content than its hash is of');
  return { [serverName]: { [POLICY_KEY_ID]: await signAsPolicyServer(rooms, room, pdu) } };
}
