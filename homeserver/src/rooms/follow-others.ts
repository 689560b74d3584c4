import { LogKind, type LogRow } from '../storage/index.ts';
import type { RoomsContext } from './context.ts';
import { REDACTION } from './room-writer.ts';

/** Keeps what is in memory of rooms, and of who is in which, up to what other processes commit. */
export function followOthers({ logger, registry, storage, userRooms }: RoomsContext): void {
  const { database } = storage;
  database.neighbours.onRows(async (rows) => {
    const roomNids = new Set(rows.filter(isAboutState).flatMap(({ room }) => room ?? []));
    const redactions = rows.filter(({ kind, key }) => kind === LogKind.Event && key === REDACTION);
    const users = new Set(rows.filter(isAboutState).flatMap(({ user }) => user ?? []));
    const change = await registry.readChanges(
      roomNids,
      redactions.flatMap(({ ref }) => ref ?? []),
    );
    return () => {
      change();
      for (const user of users) userRooms.forget(user);
    };
  });
  database.onInvalidated('user-rooms', (key) => {
    if (key === undefined) userRooms.forgetAll();
    else userRooms.forget(Number(key));
  });
  database.onInvalidated('rooms', (key) => {
    registry.readAgain(key === undefined ? undefined : Number(key)).catch((error: unknown) => {
      logger.warn('a room was not read again', { error });
    });
  });
}

function isAboutState({ kind }: LogRow): boolean {
  return kind === LogKind.Event || kind === LogKind.StateMove;
}
