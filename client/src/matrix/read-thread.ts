import { type MatrixEvent, type Room, THREAD_RELATION_TYPE } from 'matrix-js-sdk';
import { asAmount, asObject, asString } from '../lib/parse.ts';
import { pollStart } from './polls.ts';
import { isMessageEvent, readPerson } from './read-room.ts';
import type { ThreadSummary } from './types.ts';

const threadRelation = THREAD_RELATION_TYPE.name;

/** The message whose thread an event belongs to (Matrix 1.19, "Threading"). */
export function readThreadRoot(event: MatrixEvent): string | undefined {
  return event.isRelation(threadRelation) ? event.relationEventId : undefined;
}

/** The replies in a thread that sync has brought. */
export function listSyncedReplies(room: Room, rootId: string): readonly MatrixEvent[] {
  return ['m.room.message', 'm.sticker', 'm.room.encrypted', pollStart].flatMap(
    (type) => room.relations.getChildEventsForEvent(rootId, threadRelation, type)?.getRelations() ?? [],
  );
}

interface LatestReply {
  readonly authorId: string;
  readonly timestamp: number;
}

/** What the server bundled with the root of a thread, and what came since. */
export function readThreadSummary(room: Room, root: MatrixEvent, ownId: string): ThreadSummary | undefined {
  const bundled = asObject(root.getServerAggregatedRelation(threadRelation));
  const bundledLatest = readLatest(asObject(bundled?.latest_event));
  const since = listSyncedReplies(room, root.getId() ?? '').filter((reply) => {
    const isNews = bundledLatest === undefined || reply.getTs() > bundledLatest.timestamp;
    return isNews && isMessageEvent(reply) && !reply.isRedacted() && reply.status === null;
  });
  const count = (asAmount(bundled?.count) ?? 0) + since.length;
  const newest = since.reduce<LatestReply | undefined>((latest, reply) => {
    const found = { authorId: reply.getSender() ?? '', timestamp: reply.getTs() };
    return latest && latest.timestamp > found.timestamp ? latest : found;
  }, bundledLatest);
  if (count === 0 || !newest) return undefined;
  return {
    count,
    latestAuthor: readPerson(room, newest.authorId),
    latestTimestamp: newest.timestamp,
    latestIsOwn: newest.authorId === ownId,
  };
}

function readLatest(event: Readonly<Record<string, unknown>> | undefined): LatestReply | undefined {
  const authorId = asString(event?.sender);
  const timestamp = asAmount(event?.origin_server_ts);
  return authorId === undefined || timestamp === undefined ? undefined : { authorId, timestamp };
}
