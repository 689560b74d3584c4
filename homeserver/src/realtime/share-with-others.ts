import { randomOpaqueId } from '../base/ids.ts';
import type { Broadcasts } from '../stream/index.ts';
import type { Presence } from './presence.ts';
import type { PresenceNews } from './presence-elsewhere.ts';
import { PRESENCE_STATES } from './presence-state.ts';
import type { Typing, TypingChange } from './typing.ts';

/** What processes tell each other of typing and presence. */
export interface Sharing {
  readonly typingChanged: (change: TypingChange) => void;
  /** @param from who knows it, if it is not this process. */
  readonly presenceChanged: (news: PresenceNews, from?: string) => void;
  /** Begins to hear the others, and asks them for what they know. */
  start(typing: Typing, presence: Presence): void;
}

/** Shares typing and presence with the other processes. */
export function shareWithOthers(broadcasts: Broadcasts): Sharing {
  const process = randomOpaqueId(8);
  const typingChanged = (change: TypingChange): void => broadcasts.send('typing', change);
  return {
    typingChanged,
    presenceChanged: (news, from = process) => broadcasts.send('presence', { process: from, ...news }),
    start(typing, presence) {
      broadcasts.on('typing', (message) => {
        if (isTypingChange(message)) typing.follow(message);
      });
      broadcasts.on('presence', (message) => {
        if (isPresenceNews(message)) presence.follow(message.process, message);
      });
      broadcasts.on('hello', () => {
        for (const change of typing.saidHere()) typingChanged(change);
        presence.tellAll();
      });
      broadcasts.send('hello', {});
    },
  };
}

function isTypingChange(message: unknown): message is TypingChange {
  const { roomId, userId, forMs } = fieldsOf(message);
  return typeof roomId === 'string' && typeof userId === 'string' && typeof forMs === 'number';
}

function isPresenceNews(message: unknown): message is PresenceNews & { readonly process: string } {
  const { process, userId, presence, forMs, declared, isActive } = fieldsOf(message);
  if (typeof process !== 'string' || typeof userId !== 'string') return false;
  return (isState(presence) && typeof forMs === 'number') || isState(declared) || isActive === true;
}

function isState(value: unknown): boolean {
  return PRESENCE_STATES.some((state) => state === value);
}

function fieldsOf(message: unknown): Readonly<Record<string, unknown>> {
  return typeof message === 'object' && message !== null ? { ...message } : {};
}
