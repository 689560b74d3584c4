import { randomOpaqueId } from '../../base/ids.ts';
import type { JsonObject } from '../../protocol/canonical-json.ts';
import type { ServerName } from '../../protocol/identifiers.ts';
import { isJsonObject, ownValue } from '../../protocol/json-values.ts';
import { type OutgoingMessage, UnitOfWork } from '../../storage/index.ts';
import type { FederationContext } from '../context.ts';
import { FederationError } from '../federation-error.ts';
import type { PassingEdus } from './outgoing-edus.ts';
import { readOutgoing } from './outgoing-events.ts';
import type { ServersInRooms } from './servers-in-rooms.ts';

/** Source: Server-Server API v1.19, "Transactions". */
const MOST_PDUS = 50;
const MOST_EDUS = 100;
const ROOMS_AT_ONCE = 50;
const TIME_LIMIT_MS = 60_000;
/** Answers with these say that the server cannot take anything now; with others it will not take this ever. As Synapse. */
const TRY_AGAIN_STATUS: readonly number[] = [401, 404, 429];

/** What sending works with. */
export interface SendingContext extends FederationContext {
  readonly servers: ServersInRooms;
  readonly passing: PassingEdus;
  /** Counts what was sent, and what became of it. */
  readonly count: (kind: 'transaction' | 'pdu' | 'edu', outcome: SendingOutcome, howMany: number) => void;
}

/** `failed`: it is sent again later. */
type SendingOutcome = 'taken' | 'refused' | 'failed';

/** What goes to a server next, and how far that brings it. */
interface Transaction {
  readonly pdus: readonly JsonObject[];
  readonly edus: readonly JsonObject[];
  readonly rooms: readonly { readonly roomNid: number; readonly next: number }[];
  readonly messages: readonly OutgoingMessage[];
}

/**
 * Sends the next transaction to a server, if there is anything to send, and stores how far the server has come.
 *
 * @param isClosed whether nothing can be stored any more.
 * @returns `empty` if nothing waits; `failed` if it has to be tried again later.
 */
export async function sendTransaction(
  context: SendingContext,
  server: ServerName,
  isClosed: () => boolean,
): Promise<'sent' | 'empty' | 'failed'> {
  const transaction = await nextTransaction(context, server);
  const { pdus, edus, rooms, messages } = transaction;
  if (pdus.length > 0 || edus.length > 0) {
    if (!(await deliver(context, server, transaction))) return 'failed';
  } else if (rooms.length === 0) {
    return 'empty';
  }
  if (isClosed()) return 'failed';
  const { outgoing, database } = context.storage;
  const unit = new UnitOfWork();
  for (const { roomNid, next } of rooms) outgoing.advance(unit, server, roomNid, next);
  for (const message of messages) outgoing.deleteMessage(unit, server, message);
  if (!unit.isEmpty) await database.commit(unit);
  return 'sent';
}

async function nextTransaction(context: SendingContext, server: ServerName): Promise<Transaction> {
  const { servers, passing } = context;
  const { outgoing } = context.storage;
  const pdus: JsonObject[] = [];
  const rooms: { roomNid: number; next: number }[] = [];
  for (const room of await outgoing.rooms(server, ROOMS_AT_ONCE)) {
    if (pdus.length === MOST_PDUS) break;
    const read = await readOutgoing(context, servers, server, room, MOST_PDUS - pdus.length);
    pdus.push(...read.pdus);
    rooms.push({ roomNid: room.roomNid, next: read.next });
  }
  const messages = await outgoing.messages(server, MOST_EDUS);
  const kept = messages.map(({ edu }) => JSON.parse(edu) as JsonObject);
  const passed = passing.take(server, MOST_EDUS - kept.length);
  return { pdus, edus: [...kept, ...passed.map((edu) => ({ ...edu }))], rooms, messages };
}

/** @returns whether the server needs it no more. */
async function deliver(
  { client, clock, count, logger, serverName }: SendingContext,
  server: ServerName,
  { pdus, edus }: Transaction,
): Promise<boolean> {
  const now = clock.now();
  try {
    const answer = await client.request({
      destination: server,
      method: 'PUT',
      path: `/_matrix/federation/v1/send/${now}${randomOpaqueId(8)}`,
      body: { origin: serverName, origin_server_ts: now, pdus: [...pdus], edus: [...edus] },
      timeLimitMs: TIME_LIMIT_MS,
    });
    const refused = Object.entries(isJsonObject(answer.pdus) ? answer.pdus : {}).flatMap(
      ([eventId, result]) => {
        const error = ownValue(result, 'error');
        return error === undefined ? [] : [{ eventId, error }];
      },
    );
    for (const { eventId, error } of refused) {
      logger.info('a server did not take an event', { server, eventId, error });
    }
    count('transaction', 'taken', 1);
    count('pdu', 'refused', refused.length);
    count('pdu', 'taken', Math.max(0, pdus.length - refused.length));
    count('edu', 'taken', edus.length);
    return true;
  } catch (error) {
    if (!(error instanceof FederationError)) throw error;
    const { failure, status = 0 } = error;
    const isFinal = failure === 'refused' && status < 500 && !TRY_AGAIN_STATUS.includes(status);
    if (isFinal)
      logger.warn('a server refused a transaction, which it does not get again', { server, error });
    const outcome = isFinal ? 'refused' : 'failed';
    count('transaction', outcome, 1);
    count('pdu', outcome, pdus.length);
    count('edu', outcome, edus.length);
    return isFinal;
  }
}
