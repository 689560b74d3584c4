import type { LookUpKind } from '../../../delivery/index.ts';
import { notFound } from '../../../protocol/errors.ts';
import { endpoint } from '../../endpoint.ts';
import { requiredQuery } from '../../request-values.ts';
import type { Services } from '../../services.ts';

/** What belongs to the request and not to what is looked for. */
const NOT_FIELDS: ReadonlySet<string> = new Set(['access_token', 'user_id', 'device_id']);

/** The networks that can be reached through application services. */
export const getProtocols = endpoint('getProtocols', { limit: 'search' }, ({ services }) =>
  services.appServiceQueries.protocols(),
);

export const getProtocolMetadata = endpoint(
  'getProtocolMetadata',
  { limit: 'search' },
  async ({ params, services }) => {
    const metadata = await services.appServiceQueries.protocol(params.protocol);
    if (metadata === undefined) throw notFound(`No application service knows of ${params.protocol}`);
    return metadata;
  },
);

export const queryUserByProtocol = endpoint(
  'queryUserByProtocol',
  { limit: 'search' },
  ({ params, query, services }) => inProtocol(services, 'user', params.protocol, query),
);

export const queryLocationByProtocol = endpoint(
  'queryLocationByProtocol',
  { limit: 'search' },
  ({ params, query, services }) => inProtocol(services, 'location', params.protocol, query),
);

export const queryUserByID = endpoint('queryUserByID', { limit: 'search' }, ({ query, services }) =>
  ofMatrix(services, 'user', requiredQuery(query, 'userid')),
);

export const queryLocationByAlias = endpoint(
  'queryLocationByAlias',
  { limit: 'search' },
  ({ query, services }) => ofMatrix(services, 'location', requiredQuery(query, 'alias')),
);

async function inProtocol(
  { appServiceQueries }: Services,
  kind: LookUpKind,
  protocol: string,
  query: URLSearchParams,
): Promise<object> {
  if (!appServiceQueries.knowsProtocol(protocol)) {
    throw notFound(`No application service knows of ${protocol}`);
  }
  const fields = new URLSearchParams([...query].filter(([name]) => !NOT_FIELDS.has(name)));
  return appServiceQueries.inProtocol(kind, protocol, fields);
}

async function ofMatrix({ appServiceQueries }: Services, kind: LookUpKind, id: string): Promise<object> {
  const found = await appServiceQueries.ofMatrix(kind, id);
  if (found.length === 0) throw notFound(`No application service knows of ${id}`);
  return found;
}
