import type { Endpoint } from '../../endpoint.ts';
import { updateAppserviceRoomDirectoryVisibility } from './list-room.ts';
import { pingAppservice } from './ping-appservice.ts';
import {
  getProtocolMetadata,
  getProtocols,
  queryLocationByAlias,
  queryLocationByProtocol,
  queryUserByID,
  queryUserByProtocol,
} from './third-party.ts';

/** What application services ask of this server, and what people ask of them through it. */
export const appserviceEndpoints: readonly Endpoint[] = [
  pingAppservice,
  updateAppserviceRoomDirectoryVisibility,
  getProtocols,
  getProtocolMetadata,
  queryUserByProtocol,
  queryLocationByProtocol,
  queryUserByID,
  queryLocationByAlias,
];
