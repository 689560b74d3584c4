import {
  Direction,
  EventStatus,
  EventType,
  type MatrixClient,
  MatrixEvent,
  RelationType,
} from 'matrix-js-sdk';
import type { RoomMessageEventContent, StickerEventContent } from 'matrix-js-sdk/lib/types.js';
import { t } from '../lib/i18n/translate.ts';
import { asObject, type JsonObject } from '../lib/parse.ts';
import {
  buildEdit,
  buildFile,
  buildForward,
  buildSticker,
  buildText,
  type MessageFields,
  type OutgoingFile,
  type OutgoingText,
} from './build-message.ts';
import { buildPost, type OutgoingPost } from './forum.ts';
import type { Sticker } from './image-packs.ts';
import { buildPoll, type OutgoingPoll, pollEnd, pollResponse, pollStart } from './polls.ts';
import { readContent, readEdit } from './read-message.ts';
import { readPinnedIds } from './read-room.ts';
import type { MessageVersion } from './types.ts';

export interface UploadControl {
  readonly signal: AbortSignal;
  /** Called with the part that was sent, between 0 and 1. */
  readonly handleProgress: (fraction: number) => void;
}

/** How long a typing notice holds on the server, in milliseconds; it is renewed while somebody types. */
const typingTimeout = 20_000;

/** How bad a reported message is, from -100 to 0; nobody is asked for a number. */
const worstScore = -100;

/**
 * Everything that a person does to messages.
 * Sending shows the message at once; when it fails, the timeline says so and offers to try again, so these functions do
 * not reject for it.
 */
export interface MessageActions {
  sendText(channelId: string, outgoing: OutgoingText): void;
  editText(channelId: string, eventId: string, outgoing: OutgoingText): void;
  /** Uploads a file and sends it; rejects when the upload fails or is cancelled. */
  sendFile(channelId: string, outgoing: OutgoingFile, control: UploadControl): Promise<void>;
  /** Sends a sticker, as an answer or into a thread where `place` says so. */
  sendSticker(channelId: string, sticker: Sticker, place: Pick<OutgoingText, 'replyTo' | 'thread'>): void;
  react(channelId: string, eventId: string, key: string): void;
  /** Deletes a message or takes a reaction back; rejects when the server refuses. */
  remove(channelId: string, eventId: string): Promise<void>;
  /** Tells the admins of our server of a message; rejects when the server refuses. */
  report(channelId: string, eventId: string, reason: string): Promise<void>;
  /** Pins a message for everybody, or takes the pin away; rejects when the server refuses. */
  setPinned(channelId: string, eventId: string, isPinned: boolean): Promise<void>;
  /** What a message said before and what it says now, the newest first; rejects when the server does not say. */
  listVersions(channelId: string, eventId: string): Promise<readonly MessageVersion[]>;
  /** Sends what a message says to another channel; rejects when it cannot be sent. */
  forward(channelId: string, eventId: string, targetId: string): Promise<void>;
  /** Makes a post in a forum; resolves to its event ID, rejects when it cannot be sent: then nothing of it stays. */
  makePost(channelId: string, post: OutgoingPost): Promise<string>;
  /** Begins a poll; rejects when it cannot be sent. */
  beginPoll(channelId: string, poll: OutgoingPoll): Promise<void>;
  /** Answers a poll in place of what one answered before; no answer takes the vote back. */
  vote(channelId: string, pollId: string, answerIds: readonly string[]): Promise<void>;
  /** Ends a poll: votes that come later do not count. */
  endPoll(channelId: string, pollId: string): Promise<void>;
  retry(channelId: string, eventId: string): void;
  /** Throws away a message that could not be sent. */
  discard(channelId: string, eventId: string): void;
  setTyping(channelId: string, isTyping: boolean): void;
}

export function createMessageActions(client: MatrixClient): MessageActions {
  const send = (channelId: string, content: MessageFields): void => {
    // The SDK's types know each kind of message by its fields; ours are built and tested below.
    // A failure leaves the message in the timeline, marked as not sent.
    client.sendMessage(channelId, content as RoomMessageEventContent).catch(() => undefined);
  };
  // The SDK's types know these events by fields that ours have as well.
  const sendPollEvent = async (channelId: string, type: string, content: JsonObject): Promise<void> => {
    const fields = content as MessageFields;
    await client.sendEvent(channelId, type as EventType.RoomMessage, fields as RoomMessageEventContent);
  };
  const findPending = (channelId: string, eventId: string): MatrixEvent | undefined =>
    client
      .getRoom(channelId)
      ?.getPendingEvents()
      .find((event) => {
        // An edit or deletion that failed is known by the message it was meant for.
        const isMeant = event.getId() === eventId || event.getAssociatedId() === eventId;
        return isMeant && event.status === EventStatus.NOT_SENT;
      });

  return {
    sendText: (channelId, outgoing) => send(channelId, buildText(outgoing)),
    editText: (channelId, eventId, outgoing) => send(channelId, buildEdit(eventId, outgoing)),
    async sendFile(channelId, outgoing, control) {
      const mxc = await upload(client, outgoing.file, control);
      send(channelId, buildFile(outgoing, mxc));
    },
    sendSticker(channelId, sticker, place) {
      // The SDK's types want the sizes that a pack may leave out.
      const content = buildSticker(sticker, place) as unknown as StickerEventContent;
      client.sendEvent(channelId, EventType.Sticker, content).catch(() => undefined);
    },
    react(channelId, eventId, key) {
      const relation = { rel_type: RelationType.Annotation as const, event_id: eventId, key };
      client.sendEvent(channelId, EventType.Reaction, { 'm.relates_to': relation }).catch(() => undefined);
    },
    async remove(channelId, eventId) {
      await client.redactEvent(channelId, eventId);
    },
    async report(channelId, eventId, reason) {
      await client.reportEvent(channelId, eventId, worstScore, reason);
    },
    async setPinned(channelId, eventId, isPinned) {
      const room = client.getRoom(channelId);
      const others = room ? readPinnedIds(room).filter((pinned) => pinned !== eventId) : [];
      await client.sendStateEvent(channelId, EventType.RoomPinnedEvents, {
        pinned: isPinned ? [...others, eventId] : [...others],
      });
    },
    listVersions: (channelId, eventId) => listVersions(client, channelId, eventId),
    async forward(channelId, eventId, targetId) {
      const event =
        client.getRoom(channelId)?.findEventById(eventId) ??
        new MatrixEvent(await client.fetchRoomEvent(channelId, eventId));
      const content = buildForward(readEdit(event) ?? event.getContent());
      await client.sendEvent(
        targetId,
        event.getType() as EventType.RoomMessage,
        content as RoomMessageEventContent,
      );
    },
    makePost: (channelId, post) => makePost(client, channelId, post),
    beginPoll: (channelId, poll) => sendPollEvent(channelId, pollStart, buildPoll(poll)),
    vote: (channelId, pollId, answerIds) =>
      sendPollEvent(channelId, pollResponse, {
        'm.relates_to': { rel_type: RelationType.Reference, event_id: pollId },
        [pollResponse]: { answers: answerIds },
      }),
    endPoll: (channelId, pollId) =>
      sendPollEvent(channelId, pollEnd, {
        'm.relates_to': { rel_type: RelationType.Reference, event_id: pollId },
        [pollEnd]: {},
        'org.matrix.msc1767.text': t('poll.ended'),
      }),
    retry(channelId, eventId) {
      const room = client.getRoom(channelId);
      const event = findPending(channelId, eventId);
      if (room && event) client.resendEvent(event, room).catch(() => undefined);
    },
    discard(channelId, eventId) {
      const event = findPending(channelId, eventId);
      if (event) client.cancelPendingEvent(event);
    },
    setTyping(channelId, isTyping) {
      // Typing notices are a courtesy: one that is lost is not worth a word.
      client.sendTyping(channelId, isTyping, typingTimeout).catch(() => undefined);
    },
  };
}

async function makePost(client: MatrixClient, channelId: string, post: OutgoingPost): Promise<string> {
  const txnId = client.makeTxnId();
  try {
    const content = buildPost(post) as RoomMessageEventContent;
    return (await client.sendMessage(channelId, content, txnId)).event_id;
  } catch (error) {
    // What was typed is still in the dialog.
    const pending = client
      .getRoom(channelId)
      ?.getPendingEvents()
      .find((event) => event.getTxnId() === txnId);
    if (pending?.status === EventStatus.NOT_SENT) client.cancelPendingEvent(pending);
    throw error;
  }
}

/** How many edits are asked for. */
const mostVersions = 50;

async function listVersions(
  client: MatrixClient,
  channelId: string,
  eventId: string,
): Promise<readonly MessageVersion[]> {
  const [original, edits] = await Promise.all([
    client.fetchRoomEvent(channelId, eventId),
    client.fetchRelations(channelId, eventId, RelationType.Replace, null, {
      dir: Direction.Backward,
      limit: mostVersions,
    }),
  ]);
  const read = (event: MatrixEvent, content: JsonObject): MessageVersion => ({
    eventId: event.getId() ?? '',
    timestamp: event.getTs(),
    content: readContent(event.getType(), content),
  });
  const versions = edits.chunk.flatMap((raw) => {
    const content = asObject(raw.content['m.new_content']);
    // Only its author edits a message.
    return content && raw.sender === original.sender ? [read(new MatrixEvent(raw), content)] : [];
  });
  const first = new MatrixEvent(original);
  return [...versions, read(first, first.getContent())];
}

async function upload(client: MatrixClient, file: File, control: UploadControl): Promise<string> {
  const abortController = new AbortController();
  control.signal.addEventListener('abort', () => abortController.abort());
  control.signal.throwIfAborted();
  const response = await client.uploadContent(file, {
    abortController,
    progressHandler: ({ loaded, total }) => control.handleProgress(total > 0 ? loaded / total : 0),
  });
  return response.content_uri;
}
