import type { Endpoint } from '../endpoint.ts';
import { blockRoom, getRoomBlock } from './block-room.ts';
import { deleteRoom, deleteRoomAndWait, getDeletion, getDeletionsOfRoom } from './delete-room.ts';
import { getHistoryPurgeStatus, startHistoryPurge } from './purge-history.ts';
import {
  createRegistrationToken,
  deleteRegistrationToken,
  getRegistrationToken,
  listRegistrationTokens,
} from './registration-tokens.ts';
import { getRegistrationNonce, registerWithSharedSecret } from './shared-secret-register.ts';

/** What server admins do, in Synapse's form. */
export const adminEndpoints: readonly Endpoint[] = [
  getRegistrationNonce,
  registerWithSharedSecret,
  listRegistrationTokens,
  createRegistrationToken,
  getRegistrationToken,
  deleteRegistrationToken,
  startHistoryPurge,
  getHistoryPurgeStatus,
  deleteRoom,
  deleteRoomAndWait,
  getDeletionsOfRoom,
  getDeletion,
  blockRoom,
  getRoomBlock,
];
