import type { Database } from '../storage/index.ts';

/**
 * Tells the other processes of this server what is not worth storing: who types, who is there. A message may get lost, so
 * what it says has to be said again, or end by itself. It is JSON of a few thousand bytes at most.
 */
export interface Broadcasts {
  /** @param topic a word, without spaces. */
  send(topic: string, message: object): void;
  /** Registers who hears of a topic. What comes from a process of another version may have another form. */
  on(topic: string, listener: (message: unknown) => void): void;
}

/** Through the database, where several processes can share one. */
export function broadcastsThrough({ neighbours }: Pick<Database, 'neighbours'>): Broadcasts {
  return {
    send: (topic, message) => neighbours.broadcast(topic, JSON.stringify(message)),
    on: (topic, listener) => neighbours.onBroadcast(topic, (text) => listener(JSON.parse(text))),
  };
}
