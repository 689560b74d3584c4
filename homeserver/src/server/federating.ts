import type { Lifecycle } from '../base/lifecycle.ts';
import type { Encryption } from '../encryption/index.ts';
import {
  completeRoom,
  type Federation,
  type KeptMessages,
  resumeCompleting,
  SENDER_READER,
  Sender,
} from '../federation/index.ts';
import type { EphemeralChange, Realtime } from '../realtime/index.ts';
import type { LogReader } from './log-readers.ts';

/** What is told to other servers, and what is done with them in the background. */
export interface Federating {
  readonly readers: readonly LogReader[];
  ephemeralChanged(change: EphemeralChange): void;
  /** Gets the members that a room still lacks. */
  completeRoom(roomId: string, signal: AbortSignal): Promise<void>;
  /** Begins with what is left from the last time. */
  start(lifecycle: Lifecycle): Promise<void>;
}

interface FederatingParts {
  readonly federation: Federation;
  readonly isOn: boolean;
  readonly encryption: Encryption;
  readonly realtime: () => Realtime;
  readonly messages: KeptMessages;
}

/** Puts together what goes out to other servers; nothing does where there is no federation. */
export function createFederating({ federation, isOn, ...parts }: FederatingParts): Federating {
  const sender = new Sender(federation, parts);
  return {
    // What happened before somebody of another server came is not for it.
    readers: isOn
      ? [{ name: SENDER_READER, begin: 'newest', handle: (rows, unit) => sender.handle(rows, unit) }]
      : [],
    ephemeralChanged: (change) => sender.ephemeralChanged(change),
    completeRoom: (roomId, signal) => completeRoom(federation, roomId, signal),
    async start(lifecycle) {
      if (!isOn) return;
      lifecycle.onStop('federation sender', () => sender.stop());
      sender.start();
      await resumeCompleting(federation);
    },
  };
}
