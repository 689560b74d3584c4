import { getPublicRoomsOf } from '../../../federation/index.ts';
import type { JsonObject } from '../../../protocol/canonical-json.ts';
import { invalidParam } from '../../../protocol/errors.ts';
import { getPublicRooms, type PublicRoomsRequest } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';
import { otherServerOf } from './other-server.ts';

export const queryPublicRooms = endpoint(
  'queryPublicRooms',
  { limit: 'search', body: 'optional-json' },
  ({ query, body, services }) => {
    const server = otherServerOf(query, services);
    if (server !== undefined) return getPublicRoomsOf(services.federation, server, { ...body } as JsonObject);
    return getPublicRooms(services.rooms, {
      limit: body.limit,
      since: body.since,
      searchTerm: body.filter?.generic_search_term,
      roomTypes: body.filter?.room_types,
      network: networkOf(body),
    });
  },
);

/** The network that is asked for: `serviceId|networkId`, as `/thirdparty/protocols` has named it. */
export function networkOf(body: {
  readonly include_all_networks?: boolean | undefined;
  readonly third_party_instance_id?: string | undefined;
}): PublicRoomsRequest['network'] {
  const { include_all_networks: all, third_party_instance_id: instance } = body;
  if (instance !== undefined && all === true) {
    throw invalidParam('include_all_networks and third_party_instance_id exclude each other');
  }
  if (instance === undefined) return all === true ? 'all' : undefined;
  const separator = instance.indexOf('|');
  if (separator === -1) throw invalidParam(`${instance} names no network`);
  return { serviceId: instance.slice(0, separator), networkId: instance.slice(separator + 1) };
}
