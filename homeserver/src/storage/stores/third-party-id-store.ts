import type { Database } from '../database/database.ts';
import { defineDelete, defineInsertIgnore, defineQuery } from '../database/sql.ts';
import { UnitOfWork } from '../database/unit-of-work.ts';

/** What a mail address was confirmed for. */
export type EmailPurpose = 'register' | 'password' | 'add';

/** An address outside Matrix that belongs to a user. */
export interface ThirdPartyId {
  readonly medium: string;
  readonly address: string;
  readonly validatedTs: number;
  readonly addedTs: number;
}

/** Somebody's attempt to show that a mail address is theirs. */
export interface EmailValidation {
  readonly sid: string;
  readonly purpose: EmailPurpose;
  readonly address: string;
  readonly clientSecret: string;
  /** The newest number that a client has sent with the wish for a mail. */
  readonly sendAttempt: number;
  readonly nextLink: string | null;
  readonly expiresTs: number;
  /** Null: the link has not been followed yet. */
  readonly validatedTs: number | null;
}

const insertId = defineInsertIgnore('third_party_ids', {
  medium: 'text',
  address: 'text',
  user_nid: 'bigint',
  validated_ts: 'bigint',
  added_ts: 'bigint',
});
const deleteId = defineDelete('third_party_ids', { user_nid: 'bigint', medium: 'text', address: 'text' });
const deleteIdsOfUser = defineDelete('third_party_ids', { user_nid: 'bigint' });
const deleteValidation = defineDelete('email_validations', { sid: 'text' });
const insertValidation = defineInsertIgnore('email_validations', {
  sid: 'text',
  purpose: 'text',
  address: 'text',
  client_secret: 'text',
  send_attempt: 'bigint',
  next_link: 'text?',
  expires_ts: 'bigint',
});
const idsOf = defineQuery<[number], ThirdPartyId>(
  `SELECT medium, address, validated_ts AS "validatedTs", added_ts AS "addedTs" FROM third_party_ids
   WHERE user_nid = ? ORDER BY medium, address`,
);
const ownerOf = defineQuery<[string, string], { userNid: number }>(
  'SELECT user_nid AS "userNid" FROM third_party_ids WHERE medium = ? AND address = ?',
);
const VALIDATION = `SELECT sid, purpose, address, client_secret AS "clientSecret", send_attempt AS "sendAttempt",
  next_link AS "nextLink", expires_ts AS "expiresTs", validated_ts AS "validatedTs" FROM email_validations`;
const bySid = defineQuery<[string], EmailValidation>(`${VALIDATION} WHERE sid = ?`);
const byWish = defineQuery<[string, string, string], EmailValidation>(
  `${VALIDATION} WHERE client_secret = ? AND address = ? AND purpose = ?`,
);

/** Mail addresses of users, and how they are confirmed. */
export class ThirdPartyIdStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** A user's addresses. */
  list(userNid: number): Promise<ThirdPartyId[]> {
    return this.#database.all(idsOf, [userNid]);
  }

  /** The number of the user that an address belongs to. */
  async owner(medium: string, address: string): Promise<number | undefined> {
    return (await this.#database.get(ownerOf, [medium, address]))?.userNid;
  }

  /** Gives a user an address, in a unit, which fails with `ExpectationFailed` when it is somebody's already. */
  add(unit: UnitOfWork, userNid: number, id: ThirdPartyId): void {
    unit.writeOnce(insertId, {
      medium: id.medium,
      address: id.address,
      user_nid: userNid,
      validated_ts: id.validatedTs,
      added_ts: id.addedTs,
    });
  }

  /** Takes an address from a user, in a unit; nothing happens when the user does not have it. */
  delete(unit: UnitOfWork, userNid: number, medium: string, address: string): void {
    unit.write(deleteId, { user_nid: userNid, medium, address });
  }

  /** Takes all addresses from a user, in a unit. */
  deleteOfUser(unit: UnitOfWork, userNid: number): void {
    unit.write(deleteIdsOfUser, { user_nid: userNid });
  }

  /** An attempt by its ID. */
  validation(sid: string): Promise<EmailValidation | undefined> {
    return this.#database.get(bySid, [sid]);
  }

  /** The attempt of a client for an address. */
  validationFor(
    clientSecret: string,
    address: string,
    purpose: EmailPurpose,
  ): Promise<EmailValidation | undefined> {
    return this.#database.get(byWish, [clientSecret, address, purpose]);
  }

  /**
   * Stores a new attempt, and forgets those that have expired.
   * @throws ExpectationFailed if the same client asks for the same twice at once.
   */
  async addValidation(validation: Omit<EmailValidation, 'validatedTs'>, now: number): Promise<void> {
    const unit = new UnitOfWork();
    unit.run('DELETE FROM email_validations WHERE expires_ts <= ?', [now]);
    unit.writeOnce(insertValidation, {
      sid: validation.sid,
      purpose: validation.purpose,
      address: validation.address,
      client_secret: validation.clientSecret,
      send_attempt: validation.sendAttempt,
      next_link: validation.nextLink,
      expires_ts: validation.expiresTs,
    });
    await this.#database.commit(unit);
  }

  /**
   * Notes that a further mail is sent.
   * @throws ExpectationFailed if one of this or a higher number was sent meanwhile.
   */
  async countAttempt(
    sid: string,
    attempt: Pick<EmailValidation, 'sendAttempt' | 'nextLink' | 'expiresTs'>,
  ): Promise<void> {
    const { sendAttempt, nextLink, expiresTs } = attempt;
    await this.#database.commit(
      new UnitOfWork().run(
        'UPDATE email_validations SET send_attempt = ?, next_link = ?, expires_ts = ? WHERE sid = ? AND send_attempt < ?',
        [sendAttempt, nextLink, expiresTs, sid, sendAttempt],
        1,
      ),
    );
  }

  /** Lets an attempt be made again whose mail could not be sent. */
  async takeAttemptBack(sid: string, sendAttempt: number): Promise<void> {
    await this.#database.commit(
      new UnitOfWork().run(
        'UPDATE email_validations SET send_attempt = send_attempt - 1 WHERE sid = ? AND send_attempt = ?',
        [sid, sendAttempt],
      ),
    );
  }

  /** Notes that the link of a mail was followed. */
  async setValidated(sid: string, validatedTs: number, expiresTs: number): Promise<void> {
    await this.#database.commit(
      new UnitOfWork().run('UPDATE email_validations SET validated_ts = ?, expires_ts = ? WHERE sid = ?', [
        validatedTs,
        expiresTs,
        sid,
      ]),
    );
  }

  /** Uses an attempt up, in a unit, which fails with `ExpectationFailed` when it was used before. */
  useValidation(unit: UnitOfWork, sid: string): void {
    unit.writeOnce(deleteValidation, { sid });
  }
}
