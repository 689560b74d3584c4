import type { Endpoint } from '../endpoint.ts';
import {
  areBackgroundUpdatesOn,
  getBackgroundUpdates,
  listScheduledTasks,
  setBackgroundUpdatesOn,
} from './background-work.ts';
import { blockRoom, getRoomBlock } from './block-room.ts';
import { deleteRoom, deleteRoomAndWait, getDeletion, getDeletionsOfRoom } from './delete-room.ts';
import { deleteReport, getReport, listReports } from './event-reports.ts';
import {
  getDestination,
  listDestinations,
  listRoomsOfDestination,
  resetDestination,
} from './federation/destinations.ts';
import { mediaAdminEndpoints } from './media/index.ts';
import { getHistoryPurgeStatus, startHistoryPurge } from './purge-history.ts';
import {
  changeRegistrationToken,
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
import { deleteForwardExtremities, getLargestRooms, listForwardExtremities } from './rooms/maintain-rooms.ts';
import {
  fetchEvent,
  findByTimestamp,
  readContext,
  readHierarchy,
  readMessages,
} from './rooms/read-history.ts';
import { sendNotice, sendNoticeOnce } from './server-notices.ts';
import { getServerVersion } from './server-version.ts';
import { getRegistrationNonce, registerWithSharedSecret } from './shared-secret-register.ts';
import { deleteReportOfUser, getReportOfUser, listReportsOfUsers } from './user-reports.ts';
import {
  addDevice,
  deactivateUser,
  deleteDevice,
  deleteDevices,
  getDevice,
  isUserAdmin,
  isUsernameAvailable,
  listDevices,
  listJoinedRooms,
  logInAsUser,
  renameDevice,
  resetPassword,
  setUserAdmin,
  suspendUser,
} from './users/act-on-users.ts';
import { getUser, listUsers, putUser } from './users/manage-users.ts';
import {
  deleteRateLimit,
  findByExternalId,
  findByThreePid,
  getAccountData,
  getRateLimit,
  listMemberships,
  listPushers,
  setRateLimit,
} from './users/records-of-users.ts';
import { getRedactionStatus, startRedactions } from './users/redact-user.ts';

/** What server admins do, in Synapse's form. */
export const adminEndpoints: readonly Endpoint[] = [
  listDestinations,
  getDestination,
  listRoomsOfDestination,
  resetDestination,
  ...mediaAdminEndpoints,
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
  sendNotice,
  sendNoticeOnce,
  changeRegistrationToken,
  getDevice,
  renameDevice,
  addDevice,
  listPushers,
  getAccountData,
  listMemberships,
  getRateLimit,
  setRateLimit,
  deleteRateLimit,
  findByThreePid,
  findByExternalId,
  startRedactions,
  getRedactionStatus,
  readMessages,
  readContext,
  findByTimestamp,
  readHierarchy,
  fetchEvent,
  listForwardExtremities,
  deleteForwardExtremities,
  getLargestRooms,
  listReportsOfUsers,
  getReportOfUser,
  deleteReportOfUser,
  listScheduledTasks,
  getBackgroundUpdates,
  areBackgroundUpdatesOn,
  setBackgroundUpdatesOn,
];
