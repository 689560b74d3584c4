import { customEndpoint } from '../endpoint.ts';
import { SOFTWARE } from '../software.ts';

/** Which server it is. As in Synapse, everybody may know. */
export const getServerVersion = customEndpoint(
  { name: 'adminServerVersion', method: 'GET', path: '/_synapse/admin/v1/server_version', auth: 'none' },
  () => ({ server_version: `${SOFTWARE.name} ${SOFTWARE.version}` }),
);
