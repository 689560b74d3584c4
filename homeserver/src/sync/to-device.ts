import type { MessageBatch } from '../encryption/index.ts';
import type { Device } from './device-news.ts';
import type { SyncContext } from './frame.ts';

/**
 * The messages for a device between two positions of the log, as many as one response holds, or as the client wants.
 *
 * Source: Client-Server API v1.19, "Send-to-Device messaging", "Extensions to /sync".
 */
export async function messagesTo(
  { encryption, deviceNews }: SyncContext,
  device: Device,
  after: number,
  until: number,
  limit?: number,
): Promise<MessageBatch> {
  const { hasMessages } = await deviceNews.of(device);
  return hasMessages ? encryption.toDevice.waiting(device, after, until, limit) : { events: [], upTo: until };
}

/** Deletes messages up to a position of the log: the client has come back with a token from after it got them. */
export async function acknowledgeMessages(
  { encryption, deviceNews }: SyncContext,
  device: Device,
  position: number,
): Promise<void> {
  const { hasMessages } = await deviceNews.of(device);
  if (!hasMessages) return;
  await encryption.toDevice.acknowledge(device, position);
  deviceNews.forget(device);
}
