/** What happens between the events: receipts, typing, presence. */
export { CallKeeper } from './calls/call-keeper.ts';
export { type CallMember, CallTokens } from './calls/call-tokens.ts';
export { LiveKit } from './calls/livekit.ts';
export { createRealtime, type Realtime } from './create-realtime.ts';
export {
  DELAYED_ACTIONS,
  type DelayedAction,
  DelayedEvents,
  LONGEST_DELAY_MS,
  MOST_DELAYED,
} from './delayed-events.ts';
export type { EphemeralChange } from './ephemeral-log.ts';
export type { PresenceContent } from './presence.ts';
export { PRESENCE_STATES, type PresenceState } from './presence-state.ts';
export { type ReceiptContent, receiptContent } from './receipt-content.ts';
export {
  FULLY_READ,
  RECEIPT_TYPES,
  type ReadPositions,
  type Receipt,
  type ReceiptChange,
} from './receipts.ts';
export type {
  EventPositions,
  RoomMembership,
  SharedRooms,
} from './rooms-interface.ts';
