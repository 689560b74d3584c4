import type { JsonObject } from '../../protocol/canonical-json.ts';
import { MatrixError } from '../../protocol/errors.ts';
import { relationOf } from '../../protocol/relations.ts';
import type { RoomsContext } from '../context.ts';
import type { Room } from '../room.ts';

/** Synapse's limit, in characters. */
const LONGEST_KEY = 500;

/**
 * Checks what a message that is sent here refers to. What other servers send is taken as it is.
 *
 * Source: Client-Server API v1.19, "Relationship types": nobody annotates an event twice in the same way, and a thread
 * does not begin at an event that refers to another. The other refusals, and their code, are Synapse's.
 * @throws MatrixError 400 `M_DUPLICATE_ANNOTATION`, `M_UNKNOWN`.
 */
export async function requireSaneRelation(
  context: RoomsContext,
  room: Room,
  draft: { readonly type: string; readonly sender: string; readonly content: JsonObject },
): Promise<void> {
  const relation = relationOf(draft);
  if (relation === undefined) return;
  const { eventId, relType, key } = relation;
  const { events, relations, strings } = context.storage;
  const parent = await events.getById(eventId);
  if (parent === undefined && (await relations.parentsAmong([eventId])).length === 0) {
    throw refused('There is no such event to refer to');
  }
  if (parent !== undefined && parent.roomNid !== room.nid) {
    throw refused('An event refers to events of its own room');
  }
  if (relType === 'm.thread' && parent !== undefined && relationOf(parent.pdu) !== undefined) {
    throw refused('A thread cannot begin at an event that refers to another');
  }
  if (relType !== 'm.annotation') return;
  if (key === undefined) throw refused('An annotation needs a key');
  if (key.length > LONGEST_KEY) throw refused(`The key has more than ${LONGEST_KEY} characters`);
  const senderNid = await strings.find(draft.sender);
  // What is on its way to the disk may say the same.
  await room.lastCommit.catch(() => undefined);
  if (senderNid !== undefined && (await relations.isAnnotated(eventId, senderNid, draft.type, key))) {
    throw new MatrixError(400, 'M_DUPLICATE_ANNOTATION', 'You have said this about the event already');
  }
}

function refused(message: string): MatrixError {
  return new MatrixError(400, 'M_UNKNOWN', message);
}
