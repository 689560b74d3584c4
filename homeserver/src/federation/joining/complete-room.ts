import { completePartialState, partialRooms } from '../../rooms/index.ts';
import { JobGivenUp, JobKind, UnitOfWork } from '../../storage/index.ts';
import type { FederationContext } from '../context.ts';
import { FederationError } from '../federation-error.ts';

const LARGEST_STATE_BYTES = 300_000_000;
const TIME_LIMIT_MS = 300_000;

/**
 * Gets the members that a room still lacks: the whole state before the join, of one of the servers that were in it.
 *
 * @throws FederationError when none of them gives it now.
 */
export async function completeRoom(
  context: FederationContext,
  roomId: string,
  signal: AbortSignal,
): Promise<void> {
  const { client, logger, policy, rooms, storage } = context;
  const room = await rooms.registry.byId(roomId);
  const partial = (await partialRooms(rooms)).find(({ roomNid }) => roomNid === room?.nid);
  const join = partial === undefined ? undefined : await storage.events.get(partial.joinNid);
  if (partial === undefined || join === undefined) return;
  const query = `${encodeURIComponent(roomId)}?event_id=${encodeURIComponent(join.eventId)}`;
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  // The next start goes on.
  signal.addEventListener('abort', () => reject(new Error('the server stops')));
  stopped.catch(() => undefined);
  let failure: unknown = new JobGivenUp('this server deals with none of the servers of the room');
  for (const server of partial.servers.filter((named) => policy.isAllowed(named))) {
    if (signal.aborted) return;
    try {
      const asked = client.request({
        destination: server,
        method: 'GET',
        path: `/_matrix/federation/v1/state/${query}`,
        maxBytes: LARGEST_STATE_BYTES,
        timeLimitMs: TIME_LIMIT_MS,
      });
      const { pdus, auth_chain: chain } = await Promise.race([asked, stopped]);
      if (!Array.isArray(pdus) || !Array.isArray(chain)) {
        throw new FederationError(server, 'malformed', 'it did not tell the state of a room');
      }
      const state = { state: pdus, authChain: chain, joinNid: join.nid };
      await completePartialState({ ...rooms, signingKeys: context.keyring }, roomId, state);
      logger.info('a room is complete', { roomId, server });
      return;
    } catch (error) {
      if (!(error instanceof FederationError)) throw error;
      logger.info('a server did not complete a room', { roomId, server, error });
      failure = error;
    }
  }
  throw failure;
}

/** Goes on with the rooms that were not complete when the server stopped. */
export async function resumeCompleting({ rooms, storage }: FederationContext): Promise<void> {
  const unit = new UnitOfWork();
  for (const { roomNid } of await partialRooms(rooms)) {
    const room = await rooms.registry.byNid(roomNid);
    if (room === undefined) continue;
    storage.jobs.enqueueIfAbsent(unit, { kind: JobKind.CompleteRoom, key: room.roomId });
  }
  if (!unit.isEmpty) await storage.database.commit(unit);
}
