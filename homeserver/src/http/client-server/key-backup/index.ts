import type { Endpoint } from '../../endpoint.ts';
import { deleteRoomKeys, getRoomKeys, putRoomKeys } from './all-keys.ts';
import { deleteRoomKeysByRoomId, getRoomKeysByRoomId, putRoomKeysByRoomId } from './keys-of-room.ts';
import { deleteRoomKeyBySessionId, getRoomKeyBySessionId, putRoomKeyBySessionId } from './one-key.ts';
import {
  deleteRoomKeysVersion,
  getRoomKeysVersion,
  getRoomKeysVersionCurrent,
  postRoomKeysVersion,
  putRoomKeysVersion,
} from './versions.ts';

/** Backups of room keys, which older clients ask for under the unstable prefix. */
export const keyBackupEndpoints: readonly Endpoint[] = [
  postRoomKeysVersion,
  getRoomKeysVersionCurrent,
  getRoomKeysVersion,
  putRoomKeysVersion,
  deleteRoomKeysVersion,
  putRoomKeys,
  getRoomKeys,
  deleteRoomKeys,
  putRoomKeysByRoomId,
  getRoomKeysByRoomId,
  deleteRoomKeysByRoomId,
  putRoomKeyBySessionId,
  getRoomKeyBySessionId,
  deleteRoomKeyBySessionId,
];
