import type { Endpoint } from '../../endpoint.ts';
import { getAccountData, setAccountData } from './global-account-data.ts';
import { getRoomAccountData, setRoomAccountData } from './room-account-data.ts';
import { deleteRoomTag, getRoomTags, setRoomTag } from './tags.ts';

/** What clients keep on the server about their user. */
export const accountDataEndpoints: readonly Endpoint[] = [
  getAccountData,
  setAccountData,
  getRoomAccountData,
  setRoomAccountData,
  getRoomTags,
  setRoomTag,
  deleteRoomTag,
];
