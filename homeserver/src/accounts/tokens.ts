import { hash } from 'node:crypto';
import { MatrixError } from '../protocol/errors.ts';

/** What is stored of a token that opens something: its SHA-256. */
export function hashOfToken(token: string): string {
  return hash('sha256', token, 'base64url');
}

/**
 * The 401 for a token that opens nothing.
 * @param soft whether the device is still there, so that logging in again, or refreshing, finds its keys.
 */
export function tokenEnded(what: 'access token' | 'refresh token', soft: boolean): MatrixError {
  const message = soft ? `The ${what} has expired` : `The ${what} is not known or has ended`;
  return new MatrixError(401, 'M_UNKNOWN_TOKEN', message, { soft_logout: soft });
}
