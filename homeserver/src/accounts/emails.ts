import type { Clock } from '../base/clock.ts';
import { randomOpaqueId } from '../base/ids.ts';
import { invalidParam, MatrixError, missingParam } from '../protocol/errors.ts';
import { isJsonObject } from '../protocol/json-values.ts';
import {
  type EmailPurpose,
  type EmailValidation,
  ExpectationFailed,
  type Storage,
} from '../storage/index.ts';
import type { AccountSecret } from './account-secret.ts';
import { checkEmail } from './email-address.ts';
import type { AuthAnswer } from './interactive-auth.ts';

export const EMAIL_STAGE = 'm.login.email.identity';

/** What accounts needs to send mail. */
export interface MailSender {
  /** Asks whoever reads mail at an address to confirm that it is theirs, by following a link. */
  sendConfirmation(mail: {
    readonly to: string;
    readonly purpose: EmailPurpose;
    readonly link: string;
  }): Promise<void>;
}

/** A client's wish to have an address confirmed. */
export interface ConfirmationWish {
  readonly email: string;
  /** Only who knows it can use the confirmation. */
  readonly clientSecret: string;
  /** A higher number than before asks for another mail. */
  readonly sendAttempt: number;
  /** Where the browser goes afterwards. */
  readonly nextLink?: string | undefined;
}

/** What a link in a mail says. */
export interface ConfirmationLink {
  readonly sid: string;
  readonly clientSecret: string;
  readonly token: string;
}

export interface EmailsOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly secret: AccountSecret;
  /** Undefined: this server sends no mail. */
  readonly mailSender: MailSender | undefined;
  /** Where browsers reach this server, without a slash at the end. */
  readonly publicUrl: () => string;
}

type Attempt = Omit<EmailValidation, 'expiresTs' | 'validatedTs'>;

/** Where the links in mails lead, and what answers there. */
export const CONFIRM_PATH = '/_guildhall/client/v1/mail/confirm';

const LINK_LIFE_MS = 60 * 60_000;
/** How long a confirmed address can be used by the client that asked. */
const USE_LIFE_MS = 24 * 60 * 60_000;
const CLIENT_SECRET = /^[0-9a-zA-Z.=_-]{1,255}$/;
const MAX_LINK = 2_000;
const NOT_CONFIRMED = 'The mail address is not confirmed: follow the link in the mail first';

/** Mail addresses and how people show that they are theirs. */
export class Emails {
  readonly #options: EmailsOptions;

  constructor(options: EmailsOptions) {
    this.#options = options;
  }

  /** Whether this server sends mail. */
  get areOffered(): boolean {
    return this.#options.mailSender !== undefined;
  }

  /**
   * Sends a mail with a link, unless this attempt was made before.
   *
   * Source: Client-Server API v1.19, `POST /register/email/requestToken` and those like it.
   * @returns the ID that the client shows together with its secret once the link was followed.
   * @throws {MatrixError} 400 `M_THREEPID_MEDIUM_NOT_SUPPORTED` without mail, `M_THREEPID_IN_USE`,
   * `M_THREEPID_NOT_FOUND` for a forgotten password, `M_INVALID_PARAM`.
   */
  async requestToken(purpose: EmailPurpose, wish: ConfirmationWish): Promise<string> {
    const { storage, clock, mailSender } = this.#options;
    if (mailSender === undefined) throw noMail();
    const address = checkEmail(wish.email);
    const nextLink = checkWish(wish);
    await this.#checkOwner(purpose, address);
    const { clientSecret, sendAttempt } = wish;
    const stored = await storage.thirdPartyIds.validationFor(clientSecret, address, purpose);
    const known = stored !== undefined && stored.expiresTs > clock.now() ? stored : undefined;
    if (known !== undefined && known.sendAttempt >= sendAttempt) return known.sid;
    const sid = known?.sid ?? randomOpaqueId(16);
    const attempt = { sid, purpose, address, clientSecret, sendAttempt, nextLink };
    if (await this.#note(attempt, known === undefined)) {
      await this.#send(mailSender, attempt);
      return sid;
    }
    // The same client asked twice at once: the other request sends the mail.
    return (await storage.thirdPartyIds.validationFor(clientSecret, address, purpose))?.sid ?? sid;
  }

  /** What a link is about; undefined if it is none of ours, or too old. */
  async find({ sid, clientSecret, token }: ConfirmationLink): Promise<EmailValidation | undefined> {
    const { storage, clock, secret } = this.#options;
    if (!(await secret.verify('mail', sid, token))) return undefined;
    const validation = await storage.thirdPartyIds.validation(sid);
    if (validation === undefined || validation.clientSecret !== clientSecret) return undefined;
    return validation.expiresTs > clock.now() ? validation : undefined;
  }

  /** Notes that somebody has followed a link. @returns what it was about; undefined as in `find`. */
  async confirm(link: ConfirmationLink): Promise<EmailValidation | undefined> {
    const { storage, clock } = this.#options;
    const validation = await this.find(link);
    if (validation === undefined || validation.validatedTs !== null) return validation;
    const now = clock.now();
    await storage.thirdPartyIds.setValidated(validation.sid, now, now + USE_LIFE_MS);
    return { ...validation, validatedTs: now };
  }

  /**
   * The address that a client has had confirmed.
   * @param credentials `sid` and `client_secret`, as clients send them.
   * @throws {MatrixError} 400 `M_THREEPID_AUTH_FAILED` unless the link was followed; 400 for the wrong form.
   */
  async confirmed(
    credentials: unknown,
    purpose: EmailPurpose,
  ): Promise<EmailValidation & { validatedTs: number }> {
    const { storage, clock } = this.#options;
    if (!isJsonObject(credentials)) throw missingParam('The threepid_creds are missing');
    const { sid, client_secret: clientSecret } = credentials;
    if (typeof sid !== 'string' || typeof clientSecret !== 'string') {
      throw missingParam('The threepid_creds need a sid and a client_secret');
    }
    const found = sid.includes('\0') ? undefined : await storage.thirdPartyIds.validation(sid);
    const { validatedTs = null } = found ?? {};
    const isOurs = found?.clientSecret === clientSecret && found.purpose === purpose;
    if (found === undefined || !isOurs || validatedTs === null || found.expiresTs <= clock.now()) {
      throw new MatrixError(400, 'M_THREEPID_AUTH_FAILED', NOT_CONFIRMED);
    }
    return { ...found, validatedTs };
  }

  /**
   * Checks the answer to the stage that asks for a confirmed address.
   * @returns the `sid`, to keep with the session.
   * @throws {MatrixError} 401 `M_UNAUTHORIZED`, as Synapse, while the link was not followed: clients ask again.
   */
  async checkStage(answer: AuthAnswer, purpose: EmailPurpose): Promise<string> {
    try {
      return (await this.confirmed(answer.threepid_creds ?? answer.threepidCreds, purpose)).sid;
    } catch (error) {
      const isUnconfirmed = error instanceof MatrixError && error.errcode === 'M_THREEPID_AUTH_FAILED';
      throw isUnconfirmed ? this.notConfirmed() : error;
    }
  }

  /** What is told to somebody whose address is not, or no longer, confirmed. */
  notConfirmed(): MatrixError {
    return new MatrixError(401, 'M_UNAUTHORIZED', NOT_CONFIRMED);
  }

  /** @returns false if the attempt was made by another request meanwhile. */
  async #note(attempt: Attempt, isNew: boolean): Promise<boolean> {
    const { storage, clock } = this.#options;
    const validation = { ...attempt, expiresTs: clock.now() + LINK_LIFE_MS };
    try {
      if (isNew) await storage.thirdPartyIds.addValidation(validation, clock.now());
      else await storage.thirdPartyIds.countAttempt(attempt.sid, validation);
      return true;
    } catch (error) {
      if (error instanceof ExpectationFailed) return false;
      throw error;
    }
  }

  async #send(mailSender: MailSender, { sid, purpose, address, clientSecret, sendAttempt }: Attempt) {
    const { storage, secret, publicUrl } = this.#options;
    const token = await secret.sign('mail', sid);
    const query = new URLSearchParams({ sid, client_secret: clientSecret, token });
    const link = `${publicUrl()}${CONFIRM_PATH}?${query}`;
    try {
      await mailSender.sendConfirmation({ to: address, purpose, link });
    } catch (error) {
      await storage.thirdPartyIds.takeAttemptBack(sid, sendAttempt);
      throw error;
    }
  }

  async #checkOwner(purpose: EmailPurpose, address: string): Promise<void> {
    const owner = await this.#options.storage.thirdPartyIds.owner('email', address);
    if (purpose === 'password') {
      if (owner === undefined) {
        throw new MatrixError(400, 'M_THREEPID_NOT_FOUND', 'There is no account with this mail address');
      }
    } else if (owner !== undefined) throw addressInUse();
  }
}

/** 400 `M_THREEPID_IN_USE` */
export function addressInUse(): MatrixError {
  return new MatrixError(400, 'M_THREEPID_IN_USE', 'This mail address belongs to an account already');
}

function noMail(): MatrixError {
  return new MatrixError(
    400,
    'M_THREEPID_MEDIUM_NOT_SUPPORTED',
    'This server sends no mail, so it cannot confirm mail addresses',
  );
}

function checkWish({ clientSecret, sendAttempt, nextLink }: ConfirmationWish): string | null {
  if (!CLIENT_SECRET.test(clientSecret)) {
    throw invalidParam('The client_secret must have 1 to 255 of the characters 0-9 a-z A-Z . = _ -');
  }
  if (!Number.isSafeInteger(sendAttempt) || sendAttempt < 0) {
    throw invalidParam('The send_attempt must be a whole number of at least 0');
  }
  if (nextLink === undefined) return null;
  const { protocol = '' } = URL.canParse(nextLink) ? new URL(nextLink) : {};
  if (nextLink.length > MAX_LINK || !['http:', 'https:'].includes(protocol)) {
    throw invalidParam(`The next_link must be an http or https address of at most ${MAX_LINK} characters`);
  }
  return nextLink;
}
