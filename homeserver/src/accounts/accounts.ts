import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { ServerName } from '../protocol/identifiers.ts';
import type { Storage } from '../storage/index.ts';
import { AccountData } from './account-data.ts';
import { type DeviceKeeper, NO_DEVICE_KEEPER } from './device-keeper.ts';
import { Devices } from './devices.ts';
import { Filters } from './filters.ts';
import { InteractiveAuth } from './interactive-auth.ts';
import { LastSeen } from './last-seen.ts';
import { Login, type LoginMethod } from './login.ts';
import { OwnAccount, type RoomsOfUser } from './own-account.ts';
import { PasswordCheck } from './password-check.ts';
import { PasswordConfirmation } from './password-confirmation.ts';
import { PasswordLogin } from './password-login.ts';
import { type PasswordHashing, Passwords } from './passwords.ts';
import { type ProfileListener, Profiles } from './profiles.ts';
import { PushRules } from './push-rules.ts';
import { type Invitations, Registration, type RegistrationMode } from './registration.ts';
import { RegistrationTokens } from './registration-tokens.ts';
import { RoomSettings } from './room-settings.ts';
import { Sessions, type TokenLifetimes } from './sessions.ts';
import { SharedSecretRegistration } from './shared-secret-registration.ts';
import { Tags } from './tags.ts';
import { Users } from './users.ts';

export interface AccountsOptions {
  readonly storage: Storage;
  readonly serverName: ServerName;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registration: RegistrationMode;
  /** For Synapse's shared-secret registration, which is off without one. */
  readonly registrationSharedSecret?: string | undefined;
  readonly profileListener: ProfileListener;
  readonly roomsOfUser: RoomsOfUser;
  /** Told when devices change or go; nobody unless given. */
  readonly deviceKeeper?: DeviceKeeper | undefined;
  /** What lets people in beside registration tokens. */
  readonly invitations: Invitations;
  /** What a password's hash costs; 19 MiB and two passes unless given. */
  readonly passwordHashing?: PasswordHashing | undefined;
  /** Access tokens that can be refreshed live for five minutes, refresh tokens for ever, unless given. */
  readonly tokenLifetimes?: TokenLifetimes | undefined;
  /** Ways to log in beside passwords and login tokens. */
  readonly loginMethods?: readonly LoginMethod[];
}

const DEFAULT_LIFETIMES: TokenLifetimes = { accessTokenMs: 5 * 60_000 };

/** Users and what belongs to them alone. */
export interface Accounts {
  readonly users: Users;
  readonly registration: Registration;
  readonly registrationTokens: RegistrationTokens;
  readonly sharedSecretRegistration: SharedSecretRegistration;
  readonly login: Login;
  readonly sessions: Sessions;
  readonly ownAccount: OwnAccount;
  readonly devices: Devices;
  /** Asks for the password where an access token is not enough. */
  readonly confirmation: PasswordConfirmation;
  readonly profiles: Profiles;
  readonly accountData: AccountData;
  readonly tags: Tags;
  readonly pushRules: PushRules;
  readonly roomSettings: RoomSettings;
  readonly filters: Filters;
  /** Writes what was gathered. */
  close(): Promise<void>;
}

export function createAccounts(options: AccountsOptions): Accounts {
  const { storage, serverName, clock, logger, deviceKeeper = NO_DEVICE_KEEPER } = options;
  const { tokenLifetimes = DEFAULT_LIFETIMES, loginMethods = [] } = options;
  const passwords = new Passwords(options.passwordHashing);
  const interactiveAuth = new InteractiveAuth(clock);
  const check = new PasswordCheck(storage, passwords, serverName);
  const confirmation = new PasswordConfirmation(interactiveAuth, check);
  const lastSeen = new LastSeen(storage, clock, logger);
  const users = new Users(storage, clock, serverName);
  const tokens = new RegistrationTokens(storage, clock);
  const sessions = new Sessions(storage, clock, tokenLifetimes, lastSeen, deviceKeeper);
  const profiles = new Profiles(storage, options.profileListener);
  const accountData = new AccountData(storage);
  const { roomsOfUser, registration: mode, registrationSharedSecret: secret } = options;
  const ownAccount = new OwnAccount({
    storage,
    clock,
    logger,
    passwords,
    sessions,
    profiles,
    confirmation,
    roomsOfUser,
    deviceKeeper,
  });
  return {
    users,
    registration: new Registration({
      storage,
      clock,
      mode,
      users,
      tokens,
      passwords,
      sessions,
      interactiveAuth,
      invitations: options.invitations,
    }),
    registrationTokens: tokens,
    sharedSecretRegistration: new SharedSecretRegistration(secret, clock, users, passwords, sessions),
    login: new Login(storage, sessions, [new PasswordLogin(storage, check), ...loginMethods]),
    sessions,
    ownAccount,
    devices: new Devices(storage, sessions, confirmation, deviceKeeper),
    confirmation,
    profiles,
    accountData,
    tags: new Tags(accountData),
    pushRules: new PushRules(accountData),
    roomSettings: new RoomSettings(accountData),
    filters: new Filters(storage),
    async close() {
      ownAccount.close();
      await lastSeen.flush();
    },
  };
}
