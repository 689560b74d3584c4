import type { Endpoint } from '../../endpoint.ts';
import { mutualRooms } from './mutual-rooms.ts';
import { searchUserDirectory } from './search-user-directory.ts';

/** How users find each other. */
export const userDirectoryEndpoints: readonly Endpoint[] = [searchUserDirectory, mutualRooms];
