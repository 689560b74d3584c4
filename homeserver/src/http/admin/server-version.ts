import { readFileSync } from 'node:fs';
import { customEndpoint } from '../endpoint.ts';

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** Which server it is. As in Synapse, everybody may know. */
export const getServerVersion = customEndpoint(
  { name: 'adminServerVersion', method: 'GET', path: '/_synapse/admin/v1/server_version', auth: 'none' },
  () => ({ server_version: `Guildhall ${version}` }),
);
