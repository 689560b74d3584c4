import { invalidParam } from '../../protocol/errors.ts';
import { isServerName, type ServerName } from '../../protocol/identifiers.ts';
import { ownValue } from '../../protocol/json-values.ts';
import type { Endpoint } from '../endpoint.ts';
import { integerQuery } from '../request-values.ts';
import type { Services } from '../services.ts';
import { federationEndpoint } from './federation-endpoint.ts';

/** Of how many servers somebody may ask the keys at once. */
const MOST_ASKED = 100;

/** The keys of this server. Older servers name one in the path, and are told all. */
const getServerKey = federationEndpoint(
  'getServerKey',
  { aliases: ['/_matrix/key/v2/server/{keyId}'] },
  ({ services }) => services.federation.keyring.ownKeyDocument(),
);

const queryOne = federationEndpoint(
  'perspectivesKeyQuery',
  { limit: 'federationUnverified', aliases: ['/_matrix/key/v2/query/{serverName}/{keyId}'] },
  ({ params, query, services }) => {
    const { serverName } = params;
    if (!isServerName(serverName)) throw invalidParam(`${serverName} is not a server name`);
    return keysOf(services, new Map([[serverName, integerQuery(query, 'minimum_valid_until_ts')]]));
  },
);

const queryMany = federationEndpoint(
  'bulkPerspectivesKeyQuery',
  { limit: 'federationUnverified', exactNumbers: false },
  ({ body, services }) => {
    const asked = Object.entries(body.server_keys);
    if (asked.length > MOST_ASKED)
      throw invalidParam(`At most ${MOST_ASKED} servers can be asked about at once`);
    return keysOf(services, new Map(asked.map(([server, keys]) => [server, latestOf(keys)])));
  },
);

/** Until when all of the keys that are asked for should be valid. */
function latestOf(keys: object): number | undefined {
  const times = Object.values(keys)
    .map((criteria) => ownValue(criteria, 'minimum_valid_until_ts'))
    .filter((time) => typeof time === 'number');
  return times.length === 0 ? undefined : Math.max(...times);
}

/** Servers that this one does not deal with are left out, as those whose keys cannot be had. */
async function keysOf(
  { federation }: Services,
  asked: ReadonlyMap<ServerName, number | undefined>,
): Promise<object> {
  const { keyring, policy } = federation;
  const allowed = [...asked].filter(([server]) => isServerName(server) && policy.isAllowed(server));
  return { server_keys: await keyring.keysOf(new Map(allowed)) };
}

/** What servers say of their keys, this one and others. */
export const keyEndpoints: readonly Endpoint[] = [getServerKey, queryOne, queryMany];
