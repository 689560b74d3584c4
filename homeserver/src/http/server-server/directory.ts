import { serveAlias } from '../../federation/serving/index.ts';
import { forbidden, MatrixError } from '../../protocol/errors.ts';
import { getHierarchyForServer, getPublicRooms as publicRooms } from '../../rooms/index.ts';
import { networkOf } from '../client-server/directory/query-public-rooms.ts';
import type { Endpoint } from '../endpoint.ts';
import { booleanQuery, integerQuery, requiredQuery, textQuery } from '../request-values.ts';
import type { Services } from '../services.ts';
import { federationEndpoint } from './federation-endpoint.ts';

const getPublicRooms = federationEndpoint('getPublicRooms', {}, ({ query, services }) => {
  requireShared(services);
  return publicRooms(services.rooms, {
    limit: integerQuery(query, 'limit'),
    since: textQuery(query, 'since'),
    network: networkOf({
      include_all_networks: booleanQuery(query, 'include_all_networks'),
      third_party_instance_id: textQuery(query, 'third_party_instance_id'),
    }),
    isForServers: true,
  });
});

const queryPublicRooms = federationEndpoint(
  'queryPublicRooms',
  { body: 'optional-json', exactNumbers: false },
  ({ body, services }) => {
    requireShared(services);
    return publicRooms(services.rooms, {
      limit: body.limit,
      since: body.since,
      searchTerm: body.filter?.generic_search_term,
      roomTypes: body.filter?.room_types,
      network: networkOf(body),
      isForServers: true,
    });
  },
);

function requireShared({ forServers }: Services): void {
  if (!forServers.seeDirectory) throw forbidden('The directory of this server is for its own people');
}

const queryRoomDirectory = federationEndpoint('queryRoomDirectory', {}, ({ query, services }) =>
  serveAlias(services, requiredQuery(query, 'room_alias')),
);

const getSpaceHierarchy = federationEndpoint(
  'getSpaceHierarchy',
  { limit: 'federationHistory' },
  ({ params, query, origin, services }) => {
    const suggestedOnly = booleanQuery(query, 'suggested_only') ?? false;
    return getHierarchyForServer(services.rooms, params.roomId, origin, { suggestedOnly });
  },
);

const queryProfile = federationEndpoint('queryProfile', {}, ({ query, services }) =>
  services.accounts.profiles.showToServer(requiredQuery(query, 'user_id'), textQuery(query, 'field')),
);

/** Whatever else another server could want to know. */
const queryInfo = federationEndpoint('queryInfo', {}, ({ params }) => {
  throw new MatrixError(404, 'M_UNRECOGNIZED', `This server answers no query ${params.queryType}`);
});

/** What servers find rooms and people by. */
export const directoryEndpoints: readonly Endpoint[] = [
  getPublicRooms,
  queryPublicRooms,
  queryRoomDirectory,
  getSpaceHierarchy,
  queryProfile,
  queryInfo,
];
