import { invalidParam, MatrixError } from '../protocol/errors.ts';

/** Checks of the short texts that clients choose and that are stored as they are. */

const MAX_BYTES = 255;
const MAX_DEVICE_NAME = 100;

/** Whether a text can be stored: PostgreSQL takes neither NUL nor half characters. */
function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/**
 * Checks a name that clients choose: 1 to 255 bytes.
 * @param what names it in the error, for instance `The device ID`.
 * @throws {MatrixError} 400 `M_INVALID_PARAM`
 */
export function checkName(name: string, what: string): void {
  if (name === '' || !isStorable(name) || Buffer.byteLength(name) > MAX_BYTES) {
    throw invalidParam(`${what} must have 1 to ${MAX_BYTES} bytes and no NUL`);
  }
}

/** @throws {MatrixError} 400 `M_INVALID_PARAM` */
export function checkDeviceId(deviceId: string): void {
  checkName(deviceId, 'The device ID');
}

/**
 * Checks a device's new name: at most 100 characters.
 * @throws {MatrixError} 400 `M_TOO_LARGE` (as Synapse) or `M_INVALID_PARAM`.
 */
export function checkDeviceName(name: string): void {
  if (!isStorable(name)) throw invalidParam("The device's name must have no NUL");
  if (name.length > MAX_DEVICE_NAME) {
    throw new MatrixError(
      400,
      'M_TOO_LARGE',
      `The device's name must have at most ${MAX_DEVICE_NAME} characters`,
    );
  }
}

/** The name that a client proposes at login, cut to size: a long name must not keep anybody from logging in. */
export function shortenDeviceName(name: string | undefined): string | null {
  if (name === undefined) return null;
  return name.replaceAll('\0', '').slice(0, MAX_DEVICE_NAME).toWellFormed();
}
