import { limitExceeded } from '../../protocol/errors.ts';
import type { Pdu } from '../../protocol/events.ts';
import { editedBy, isSpoken, SLOW_MODE, slowModeOf } from '../../protocol/slow-mode.ts';
import type { UnitOfWork } from '../../storage/index.ts';
import type { RoomsContext } from '../context.ts';
import type { EventDraft } from '../event-chain.ts';
import type { Room } from '../room.ts';
import { powerLevelsOfRoom } from '../room-access.ts';

/**
 * Lets nobody speak more often than the room's slow mode allows, and notes in the message's unit that they have. Called
 * in the room's queue: what is noted there is refused, with the message, if another process was faster.
 *
 * Users of other servers are not held to it: their messages are a part of the room when they come here.
 *
 * @throws MatrixError 429 `M_LIMIT_EXCEEDED` with the time that is left.
 */
export async function awaitTurn(
  { storage, clock }: RoomsContext,
  room: Room,
  draft: EventDraft,
  unit: UnitOfWork,
): Promise<void> {
  const slowMode = slowModeOf(room.content(SLOW_MODE));
  if (slowMode === undefined || !isSpoken(draft)) return;
  const sender = room.members.get(draft.sender);
  const level = powerLevelsOfRoom(room).userLevel(draft.sender);
  if (sender === undefined || level >= slowMode.exemptLevel) return;
  const editedId = editedBy(draft);
  const edited = editedId === undefined ? undefined : await storage.events.getById(editedId);
  if (edited !== undefined && isEditable(edited.pdu, draft)) return;
  // Their last message may be on its way to the disk.
  await room.lastCommit.catch(() => undefined);
  const now = clock.now();
  const last = await storage.slowMode.lastTurnOf(room.nid, sender.userNid);
  const leftMs = last === undefined ? 0 : last + slowMode.intervalMs - now;
  // Where the clock was put back, nobody waits for longer than the room says.
  if (leftMs > 0) throw limitExceeded(Math.min(leftMs, slowMode.intervalMs));
  storage.slowMode.noteTurn(unit, room.nid, sender.userNid, now);
}

/**
 * Whether an event is a message that a draft may say anew: of what is encrypted, the type is `m.room.encrypted` for both.
 * What is no such edit would be shown as a message of its own.
 *
 * Source: Client-Server API v1.19, "Validity of replacement events".
 */
function isEditable({ sender, type, state_key: stateKey, content }: Pdu, draft: EventDraft): boolean {
  const isSameKind = sender === draft.sender && type === draft.type && stateKey === undefined;
  return isSameKind && editedBy({ content }) === undefined;
}
