import { asAmount, asObject, asString } from '../parse.ts';

const wordsByErrcode: Readonly<Record<string, string>> = {
  M_FORBIDDEN: 'You may not do that here.',
  M_LIMIT_EXCEEDED: 'That was a little fast. Wait a moment and try again.',
  M_NOT_FOUND: 'It is not there any more.',
  M_TOO_LARGE: 'That is larger than this server accepts.',
  M_UNKNOWN_TOKEN: 'You were signed out. Log in again.',
  M_USER_DEACTIVATED: 'This account was closed.',
  M_USER_IN_USE: 'That username is taken. Try another one.',
  M_INVALID_USERNAME: 'Usernames use lower-case letters, digits and . _ = - /',
  M_EXCLUSIVE: 'That username is reserved. Try another one.',
  M_WEAK_PASSWORD: 'That password is too weak. Try a longer one.',
};

/**
 * Says in one short sentence what went wrong, for people.
 * Understands our own errors and those of matrix-js-sdk by their shape (`errcode`, `httpStatus`), so that it needs neither.
 */
export function describeError(error: unknown): string {
  const fields = asObject(error) ?? {};
  const errcode = asString(fields.errcode);
  const known = errcode === undefined ? undefined : wordsByErrcode[errcode];
  if (known !== undefined) return known;
  if (errcode === undefined) return 'The server cannot be reached. Check your connection.';
  if ((asAmount(fields.httpStatus) ?? 0) >= 500) return 'The server has a problem. Try again in a moment.';
  return error instanceof Error ? error.message : 'Something went wrong.';
}

/** The error code of a Matrix error, ours or matrix-js-sdk's; undefined when no answer came. */
export function readErrcode(error: unknown): string | undefined {
  return asString(asObject(error)?.errcode);
}
