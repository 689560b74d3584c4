import type { EventId, UserId } from '../protocol/identifiers.ts';
import type { Receipt } from './receipts.ts';

/** The content of an `m.receipt` event: by event, type and user. */
export type ReceiptContent = Record<
  EventId,
  Record<string, Record<UserId, { ts: number; thread_id?: string }>>
>;

/**
 * The content of one `m.receipt` event for some receipts of a room. The form has one place for each event, type
 * and user: a receipt that covers all threads goes before one for a single thread.
 *
 * Source: Client-Server API v1.19, `m.receipt`.
 */
export function receiptContent(receipts: readonly Receipt[]): ReceiptContent {
  const content: ReceiptContent = {};
  for (const { eventId, type, userId, ts, threadId } of receipts) {
    const types = content[eventId] ?? {};
    const users = types[type] ?? {};
    content[eventId] = types;
    types[type] = users;
    const isCovered = threadId !== undefined && users[userId] !== undefined;
    if (!isCovered) users[userId] = threadId === undefined ? { ts } : { ts, thread_id: threadId };
  }
  return content;
}
