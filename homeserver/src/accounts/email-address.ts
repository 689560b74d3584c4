import { invalidParam } from '../protocol/errors.ts';

/** The longest that SMTP can carry (RFC 5321, section 4.5.3.1.3). */
const MAX_LENGTH = 254;
/** One mailbox without quotes, comments or a name: what people type. */
const MAILBOX = /^[^\s@<>()[\]\\,;:"\p{Cc}]{1,64}@[^\s@<>()[\]\\,;:"\p{Cc}]+$/u;

/**
 * The one way to write an address here: in small letters. Two people never share an address up to its capitals.
 */
export function canonicalEmail(address: string): string {
  return address.trim().toLowerCase();
}

/**
 * Checks a mail address and brings it into the form in which it is stored.
 * @throws {MatrixError} 400 `M_INVALID_PARAM`
 */
export function checkEmail(address: string): string {
  const canonical = canonicalEmail(address);
  if (canonical.length > MAX_LENGTH || !MAILBOX.test(canonical) || !canonical.isWellFormed()) {
    throw invalidParam('This is not a mail address');
  }
  return canonical;
}
