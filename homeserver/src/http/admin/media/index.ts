import type { Endpoint } from '../../endpoint.ts';
import { deleteMedia, deleteMediaOfUser, deleteOldMedia, purgeMediaCache } from './delete-media.ts';
import { getMedia, listMediaFigures, listMediaInRoom, listMediaOfUser } from './look-at-media.ts';
import {
  listQuarantineChanges,
  protectMedia,
  quarantineMedia,
  quarantineMediaInRoom,
  quarantineMediaOfUser,
  releaseMedia,
  unprotectMedia,
} from './quarantine.ts';

/** What server admins do with media. */
export const mediaAdminEndpoints: readonly Endpoint[] = [
  getMedia,
  listMediaInRoom,
  listMediaOfUser,
  listMediaFigures,
  quarantineMedia,
  releaseMedia,
  quarantineMediaOfUser,
  quarantineMediaInRoom,
  listQuarantineChanges,
  protectMedia,
  unprotectMedia,
  deleteMedia,
  deleteOldMedia,
  deleteMediaOfUser,
  purgeMediaCache,
];
