import { signForRoom } from '../../federation/index.ts';
import { federationEndpoint } from './federation-endpoint.ts';

/** Signs an event as the policy server of its room. */
export const signPolicy = federationEndpoint(
  'askPolicyServerToSign',
  { bodySchema: { type: 'object' } },
  ({ origin, body, services }) => signForRoom(services.federation, origin, body),
);
