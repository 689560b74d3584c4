import type { PlainMessageKey } from '../i18n/messages.ts';
import { t } from '../i18n/translate.ts';
import { asAmount, asObject, asString } from '../parse.ts';

const wordsByErrcode: Readonly<Record<string, PlainMessageKey>> = {
  M_FORBIDDEN: 'error.forbidden',
  M_LIMIT_EXCEEDED: 'error.tooFast',
  M_NOT_FOUND: 'error.notFound',
  M_TOO_LARGE: 'error.tooLarge',
  M_UNKNOWN_TOKEN: 'app.signedOut',
  M_USER_DEACTIVATED: 'error.accountClosed',
  M_USER_IN_USE: 'error.usernameTaken',
  M_INVALID_USERNAME: 'error.usernameForm',
  M_EXCLUSIVE: 'error.usernameReserved',
  M_WEAK_PASSWORD: 'error.weakPassword',
};

/**
 * Says in one short sentence what went wrong, for people.
 * Understands our own errors and those of matrix-js-sdk by their shape (`errcode`, `httpStatus`), so that it needs neither.
 */
export function describeError(error: unknown): string {
  if (error instanceof DOMException && error.name === 'QuotaExceededError') return t('error.storageFull');
  const fields = asObject(error) ?? {};
  const errcode = asString(fields.errcode);
  const known = errcode === undefined ? undefined : wordsByErrcode[errcode];
  if (known !== undefined) return t(known);
  if (errcode === undefined) return t('error.unreachable');
  if ((asAmount(fields.httpStatus) ?? 0) >= 500) return t('error.server');
  return error instanceof Error ? error.message : t('error.unknown');
}

/** The error code of a Matrix error, ours or matrix-js-sdk's; undefined when no answer came. */
export function readErrcode(error: unknown): string | undefined {
  return asString(asObject(error)?.errcode);
}

/** The HTTP status of a Matrix error, ours or matrix-js-sdk's; undefined when no answer came. */
export function readHttpStatus(error: unknown): number | undefined {
  return asAmount(asObject(error)?.httpStatus);
}
