import type { Endpoint } from '../endpoint.ts';
import { blockRoom, getRoomBlock } from './block-room.ts';
import { deleteRoom, deleteRoomAndWait, getDeletion, getDeletionsOfRoom } from './delete-room.ts';
import { deleteReport, getReport, listReports } from './event-reports.ts';
import { getHistoryPurgeStatus, startHistoryPurge } from './purge-history.ts';
import {
  createRegistrationToken,
  deleteRegistrationToken,
  getRegistrationToken,
  listRegistrationTokens,
} from './registration-tokens.ts';
import {
  getRoom,
  getRoomMembers,
  getRoomState,
  joinRoomAsAdmin,
  listRooms,
  makeAdminOfRoom,
} from './rooms/look-at-rooms.ts';
import { getServerVersion } from './server-version.ts';
import { getRegistrationNonce, registerWithSharedSecret } from './shared-secret-register.ts';
import {
  deactivateUser,
  deleteDevice,
  deleteDevices,
  isUserAdmin,
  isUsernameAvailable,
  listDevices,
  listJoinedRooms,
  logInAsUser,
  resetPassword,
  setUserAdmin,
  suspendUser,
} from './users/act-on-users.ts';
import { getUser, listUsers, putUser } from './users/manage-users.ts';

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
  listUsers,
  getUser,
  putUser,
  isUserAdmin,
  setUserAdmin,
  resetPassword,
  deactivateUser,
  logInAsUser,
  suspendUser,
  listJoinedRooms,
  listDevices,
  deleteDevice,
  deleteDevices,
  isUsernameAvailable,
  listRooms,
  getRoom,
  getRoomMembers,
  getRoomState,
  joinRoomAsAdmin,
  makeAdminOfRoom,
  listReports,
  getReport,
  deleteReport,
  getServerVersion,
];
