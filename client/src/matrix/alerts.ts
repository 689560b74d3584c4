import { type MatrixClient, type MatrixEvent, type Room, RoomEvent, SyncState } from 'matrix-js-sdk';
import { listDirectRooms } from './directory.ts';
import { excerptEvent } from './read-message.ts';
import { isMessageEvent, readPerson } from './read-room.ts';

/** Something that was said just now, and that our push rules want us to hear of. */
export interface Alert {
  readonly channelId: string;
  readonly eventId: string;
  readonly authorName: string;
  /** Undefined in a conversation: its author says enough. */
  readonly channelName: string | undefined;
  readonly excerpt: string;
}

/** Calls back for everything that is to be heard of, from now on. Returns the function that ends it. */
export function watchAlerts(client: MatrixClient, handleAlert: (alert: Alert) => void): () => void {
  const handleEvent = (
    event: MatrixEvent,
    room: Room | undefined,
    _toStart: boolean | undefined,
    _removed: boolean,
    { liveEvent }: { readonly liveEvent?: boolean },
  ): void => {
    const isNews = liveEvent === true && client.getSyncState() === SyncState.Syncing;
    const eventId = event.getId();
    if (!isNews || !room || eventId === undefined || !isMessageEvent(event)) return;
    const authorId = event.getSender();
    if (authorId === undefined || authorId === client.getSafeUserId() || client.isUserIgnored(authorId))
      return;
    if (client.getPushActionsForEvent(event)?.notify !== true) return;
    handleAlert({
      channelId: room.roomId,
      eventId,
      authorName: readPerson(room, authorId).name,
      channelName: listDirectRooms(client).has(room.roomId) ? undefined : room.name,
      excerpt: excerptEvent(event),
    });
  };
  client.on(RoomEvent.Timeline, handleEvent);
  return () => client.off(RoomEvent.Timeline, handleEvent);
}
