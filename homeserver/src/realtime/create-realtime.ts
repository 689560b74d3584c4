import type { Clock } from '../base/clock.ts';
import type { Broadcasts } from '../stream/index.ts';
import { EphemeralLog, type EphemeralLogOptions } from './ephemeral-log.ts';
import { Presence } from './presence.ts';
import { Receipts, type ReceiptsOptions } from './receipts.ts';
import type { EventPositions, RoomMembership, SharedRooms } from './rooms-interface.ts';
import { shareWithOthers } from './share-with-others.ts';
import { Typing } from './typing.ts';

export interface RealtimeOptions {
  readonly clock: Clock;
  readonly storage: ReceiptsOptions['storage'];
  readonly rooms: RoomMembership & EventPositions & SharedRooms;
  readonly accountData: ReceiptsOptions['accountData'];
  /** Told of each change of typing and presence: wakes the syncs that may show it. */
  readonly onChange: EphemeralLogOptions['onChange'];
  /** To the other processes of this server. */
  readonly broadcasts: Broadcasts;
  /** Whether there is presence; unless given, there is. */
  readonly presence?: boolean;
}

/** What happens between the events: who reads, who types, who is there. */
export interface Realtime {
  readonly log: EphemeralLog;
  readonly typing: Typing;
  readonly presence: Presence;
  readonly receipts: Receipts;
  /** Tells the waiting clients that nobody types any more, and ends the timers. */
  stop(): void;
}

/** Receipts, and typing and presence on one counter. */
export function createRealtime(options: RealtimeOptions): Realtime {
  const { clock, storage, rooms, accountData, onChange, broadcasts } = options;
  const log = new EphemeralLog({ clock, onChange });
  const sharing = shareWithOthers(broadcasts);
  const typing = new Typing({ log, clock, membership: rooms, onChange: sharing.typingChanged });
  const presence = new Presence({
    log,
    clock,
    rooms,
    onNews: sharing.presenceChanged,
    isOn: options.presence,
  });
  sharing.start(typing, presence);
  const receipts = new Receipts({ storage, clock, membership: rooms, events: rooms, accountData });
  return {
    log,
    typing,
    presence,
    receipts,
    stop() {
      typing.removeAll();
      presence.stop();
    },
  };
}
