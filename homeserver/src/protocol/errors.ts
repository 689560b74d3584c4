/**
 * An error that a client or a peer server is meant to read: an errcode, a status and a sentence.
 * Thrown anywhere below the HTTP layer and rendered there. Anything else that is thrown becomes a 500
 * that tells the client nothing.
 *
 * Source: Client-Server API v1.19, "Standard error response".
 */
export class MatrixError extends Error {
  override readonly name = 'MatrixError';
  readonly status: number;
  readonly errcode: string;
  /** Further top-level keys of the response body, for instance `soft_logout` or `retry_after_ms`. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Response headers, for instance `Retry-After`. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    errcode: string,
    message: string,
    fields: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.errcode = errcode;
    this.fields = fields;
    this.headers = headers;
  }

  /** The JSON body of the response. */
  toJSON(): Record<string, unknown> {
    return { errcode: this.errcode, error: this.message, ...this.fields };
  }
}

/** 403 `M_FORBIDDEN`: understood, and refused. */
export function forbidden(message: string): MatrixError {
  return new MatrixError(403, 'M_FORBIDDEN', message);
}

/** 404 `M_NOT_FOUND`. */
export function notFound(message: string): MatrixError {
  return new MatrixError(404, 'M_NOT_FOUND', message);
}

/** 400 `M_INVALID_PARAM`: a parameter has the wrong form. */
export function invalidParam(message: string): MatrixError {
  return new MatrixError(400, 'M_INVALID_PARAM', message);
}

/** 400 `M_MISSING_PARAM`. */
export function missingParam(message: string): MatrixError {
  return new MatrixError(400, 'M_MISSING_PARAM', message);
}

/** 400 `M_BAD_JSON`: valid JSON of the wrong shape. */
export function badJson(message: string): MatrixError {
  return new MatrixError(400, 'M_BAD_JSON', message);
}

/** 413 `M_TOO_LARGE`. */
export function tooLarge(message: string): MatrixError {
  return new MatrixError(413, 'M_TOO_LARGE', message);
}

/** 429 `M_LIMIT_EXCEEDED` with `Retry-After` (seconds) and the deprecated `retry_after_ms`. */
export function limitExceeded(retryAfterMs: number): MatrixError {
  const milliseconds = Math.max(1, Math.ceil(retryAfterMs));
  return new MatrixError(
    429,
    'M_LIMIT_EXCEEDED',
    'Too many requests',
    { retry_after_ms: milliseconds },
    { 'Retry-After': String(Math.ceil(milliseconds / 1000)) },
  );
}
