export { createRealtime, type Realtime, type RealtimeOptions } from './create-realtime.ts';
export type { EphemeralChange, EphemeralChanges } from './ephemeral-log.ts';
export type { PresenceContent } from './presence.ts';
export { PRESENCE_STATES, type PresenceState } from './presence-state.ts';
export { type ReceiptContent, receiptContent } from './receipt-content.ts';
export {
  FULLY_READ,
  RECEIPT_TYPES,
  type Reader,
  type ReadMarkers,
  type ReadPositions,
  type Receipt,
  type ReceiptChange,
  type ReceiptType,
} from './receipts.ts';
export type {
  EventPositions,
  EventRelation,
  RoomMembership,
  SharedRooms,
} from './rooms-interface.ts';
