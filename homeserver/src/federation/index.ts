/** The federation: other homeservers, asked and answered. */
export type { DestinationPage } from './client/destination-records.ts';
export type {
  FederationAnswer,
  FederationClient,
  FederationRequest,
  Keyring,
  ServerPolicy,
} from './context.ts';
export { createFederation, type Federation, type FederationSettings } from './create-federation.ts';
export { FederationError, type FederationFailure } from './federation-error.ts';
