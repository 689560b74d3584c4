import { parseStreamToken } from '../../stream/index.ts';
import type { SlidingContext } from './sliding-frame.ts';

/**
 * How far a client has got with an extension that has a token of its own: a position of the log; 0 for a token of another
 * life of the database, or none: everything is new to the client.
 */
export function extensionPosition({ rooms, notifier }: SlidingContext, since: string | undefined): number {
  const token = since === undefined ? undefined : parseStreamToken(since);
  return token?.epoch === rooms.epoch && token.position <= notifier.position ? token.position : 0;
}
