import { endpoint } from '../../endpoint.ts';

export const getVersions = endpoint('getVersions', { auth: 'optional' }, () => ({
  versions: ['v1.1'],
  unstable_features: {},
}));
