/** The way out of this server: requests to other people's servers, and the guard of where they may lead. */
export type { ResolveName } from './guarded-lookup.ts';
export {
  type OutboundAnswer,
  OutboundClient,
  type OutboundClientOptions,
  type OutboundRequest,
  type OutboundResponse,
} from './outbound-client.ts';
export { OutboundError, type OutboundFailure } from './outbound-error.ts';
