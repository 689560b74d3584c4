import { SOFTWARE } from '../software.ts';
import { federationEndpoint } from './federation-endpoint.ts';

/** Which software answers. Everybody may know. */
export const getVersion = federationEndpoint('getVersion', {}, () => ({ server: SOFTWARE }));
