/** Why a request to somebody else's server came to nothing. */
export type OutboundFailure =
  /** It leads to an address that is not on the public internet, or to no HTTP URL. */
  | 'refused'
  /** Nobody answers there: no such name, no connection, no valid certificate, or it broke off. */
  | 'unreachable'
  /** The answer took too long. */
  | 'timeout'
  /** The answer is larger than what was to be taken. */
  | 'too-large'
  | 'too-many-redirects';

/** A request to somebody else's server that came to nothing. An answer with a status of 400 or more is an answer. */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';
  readonly failure: OutboundFailure;

  constructor(failure: OutboundFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }
}
