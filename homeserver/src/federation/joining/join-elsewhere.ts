import type { JsonObject } from '../../protocol/canonical-json.ts';
import { isServerName, type ServerName } from '../../protocol/identifiers.ts';
import { isJsonObject } from '../../protocol/json-values.ts';
import { joinWithState, type MembershipElsewhere } from '../../rooms/index.ts';
import { JobKind, UnitOfWork } from '../../storage/index.ts';
import type { FederationContext } from '../context.ts';
import { FederationError } from '../federation-error.ts';
import { askInTurn } from './ask-in-turn.ts';
import { makeMembership, type ReadyMembership } from './proposals.ts';

/** A room has as much state as it has; this is more than the largest that are known. */
const LARGEST_STATE_BYTES = 300_000_000;
const TIME_LIMIT_MS = 180_000;
/** How much of the state comes in at once that the specification does not know; the rest comes with the members. */
const MOST_FOREIGN_PIECES = 1_000;
/** How many servers of a room are kept as those who may have the rest of its state. */
const MOST_SERVERS = 50;

/**
 * Enters a room through a server that is in it. Members may be missing at first; a job gets them.
 *
 * Source: Server-Server API v1.19, "Joining Rooms".
 */
export async function joinElsewhere(
  context: FederationContext,
  membership: MembershipElsewhere,
): Promise<string> {
  const { roomId } = membership;
  return context.joins.run(roomId, () => enterThroughAny(context, membership));
}

async function enterThroughAny(context: FederationContext, membership: MembershipElsewhere): Promise<string> {
  const { roomId } = membership;
  return askInTurn(context, membership.servers, async (server) => {
    const ready = await makeMembership(context, server, 'join', membership);
    const answer = await sendJoin(context, server, roomId, ready);
    const isPartial = answer.members_omitted === true;
    const servers = serversOf(answer, server, context.serverName);
    const eventId = await joinWithState(
      { ...context.rooms, signingKeys: context.keyring },
      {
        roomId,
        roomVersion: ready.rules.version,
        // Who authorises a restricted join signs it, and gives it back.
        join: answer.event ?? ready.json,
        state: isPartial ? neededFirst(listOf(answer, 'state', server)) : listOf(answer, 'state', server),
        authChain: listOf(answer, 'auth_chain', server),
        ...(isPartial ? { partial: { servers } } : {}),
      },
    );
    if (isPartial) {
      const unit = new UnitOfWork();
      // Not the job of an earlier join, which may have asked for the state before that one.
      context.storage.jobs.enqueue(unit, { kind: JobKind.CompleteRoom, key: roomId });
      await context.storage.database.commit(unit);
    }
    return eventId;
  });
}

async function sendJoin(
  { client }: FederationContext,
  server: ServerName,
  roomId: string,
  { eventId, json }: ReadyMembership,
): Promise<JsonObject> {
  const ids = `${encodeURIComponent(roomId)}/${encodeURIComponent(eventId)}`;
  const request = {
    destination: server,
    method: 'PUT',
    body: json,
    maxBytes: LARGEST_STATE_BYTES,
    timeLimitMs: TIME_LIMIT_MS,
    isUrgent: true,
  } as const;
  return client.request({ ...request, path: `/_matrix/federation/v2/send_join/${ids}?omit_members=true` });
}

/**
 * What of a state, which lacks members anyway, a room is entered with: checking tens of thousands of signatures takes
 * seconds. Nothing is based on what the specification does not know, and no client waits for all of that.
 */
function neededFirst(state: readonly unknown[]): readonly unknown[] {
  let pieces = 0;
  return state.filter((json) => {
    const type = isJsonObject(json) ? json.type : undefined;
    if (typeof type === 'string' && type.startsWith('m.')) return true;
    pieces += 1;
    return pieces <= MOST_FOREIGN_PIECES;
  });
}

/** The servers that may have the rest of the state, the one that let us in first. */
function serversOf(answer: JsonObject, server: ServerName, ownName: ServerName): ServerName[] {
  const named = Array.isArray(answer.servers_in_room) ? answer.servers_in_room : [];
  const others = named.filter((name): name is string => typeof name === 'string' && isServerName(name));
  return [...new Set([server, ...others])].filter((name) => name !== ownName).slice(0, MOST_SERVERS);
}

function listOf(answer: JsonObject, key: string, server: ServerName): readonly unknown[] {
  const list = answer[key];
  if (!Array.isArray(list))
    throw new FederationError(server, 'malformed', `its answer to a join has no ${key}`);
  return list;
}
