import type { ServerName } from '../protocol/identifiers.ts';

/**
 * Why another homeserver did not give what it was asked for.
 *
 * `denied`: the admin wants nothing to do with it. `resting`: it failed before and is given time. `unreachable`: no
 * whole answer came. `refused`: it answered with an error. `malformed`: it answered with something else than was asked for.
 */
export type FederationFailure = 'denied' | 'resting' | 'unreachable' | 'refused' | 'malformed';

/** A request to another homeserver that came to nothing. */
export class FederationError extends Error {
  readonly destination: ServerName;
  readonly failure: FederationFailure;
  /** The HTTP status of the answer, if one came. */
  readonly status: number | undefined;
  /** The Matrix error code of the answer, if it had one. */
  readonly errcode: string | undefined;

  constructor(
    destination: ServerName,
    failure: FederationFailure,
    message: string,
    answer: { readonly status?: number; readonly errcode?: string; readonly cause?: unknown } = {},
  ) {
    super(`${destination}: ${message}`, { cause: answer.cause });
    this.name = 'FederationError';
    this.destination = destination;
    this.failure = failure;
    this.status = answer.status;
    this.errcode = answer.errcode;
  }
}
