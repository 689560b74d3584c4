import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { ServerName } from '../protocol/identifiers.ts';
import type { Storage } from '../storage/index.ts';
import { AccountData } from './account-data.ts';
import { AccountSecret } from './account-secret.ts';
import type { AppServiceRegistration } from './app-service.ts';
import { AppServiceLogin } from './app-service-login.ts';
import { AppServices } from './app-services.ts';
import { AuthFallback } from './auth-fallback.ts';
import { Confirmation, type ConfirmationMethod, PasswordConfirmation } from './confirmation.ts';
import { Deactivation } from './deactivation.ts';
import { type DeviceKeeper, NO_DEVICE_KEEPER } from './device-keeper.ts';
import { Devices } from './devices.ts';
import { Emails, type MailSender } from './emails.ts';
import { Filters } from './filters.ts';
import { InteractiveAuth } from './interactive-auth.ts';
import { LastSeen } from './last-seen.ts';
import { Login, type LoginMethod } from './login.ts';
import { LoginTokens } from './login-tokens.ts';
import { Moderation } from './moderation.ts';
import { CrossSigningReset } from './oauth/cross-signing-reset.ts';
import {
  ACCOUNT_PATH,
  createOAuth,
  type OAuth,
  type ProviderSettings,
  type SendOutbound,
} from './oauth/index.ts';
import { SsoConfirmation } from './oauth/sso-confirmation.ts';
import { OpenId } from './open-id.ts';
import { OwnAccount } from './own-account.ts';
import { PasswordCheck } from './password-check.ts';
import { PasswordLogin } from './password-login.ts';
import { type PasswordHashing, Passwords } from './passwords.ts';
import { Policies, type Policy } from './policies.ts';
import { Profiles, type ProfileVisibility, type RemoteProfiles, type RoomsOfUser } from './profiles.ts';
import { PushRules } from './push-rules.ts';
import { Pushers } from './pushers.ts';
import { type Invitations, Registration, type RegistrationMode } from './registration.ts';
import { RegistrationTokens } from './registration-tokens.ts';
import { RoomSettings } from './room-settings.ts';
import { Sessions, type TokenLifetimes } from './sessions.ts';
import { SharedSecretRegistration } from './shared-secret-registration.ts';
import { SsoLogin } from './sso-login.ts';
import { Tags } from './tags.ts';
import { ThirdPartyIds } from './third-party-ids.ts';
import { TimedMutes } from './timed-mutes.ts';
import { UserAdministration } from './user-administration.ts';
import { UserDirectory } from './user-directory.ts';
import { UserRecords } from './user-records.ts';
import { Users } from './users.ts';

export interface AccountsOptions {
  readonly storage: Storage;
  readonly serverName: ServerName;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registration: RegistrationMode;
  /** For Synapse's shared-secret registration, which is off without one. */
  readonly registrationSharedSecret?: string | undefined;
  readonly roomsOfUser: RoomsOfUser;
  /** Told when devices change or go; nobody unless given. */
  readonly deviceKeeper?: DeviceKeeper | undefined;
  /** What lets people in beside registration tokens. */
  readonly invitations: Invitations;
  /** What a password's hash costs; 19 MiB and two passes unless given. */
  readonly passwordHashing?: PasswordHashing | undefined;
  /** Access tokens that can be refreshed live for five minutes, refresh tokens for ever, unless given. */
  readonly tokenLifetimes?: TokenLifetimes | undefined;
  /** Programs that speak for users of their own; none unless given. */
  readonly appServices?: readonly AppServiceRegistration[];
  /** Ways to log in beside passwords and login tokens. */
  readonly loginMethods?: readonly LoginMethod[];
  /** Ways for logged-in users to confirm who they are, beside their passwords. */
  readonly confirmationMethods?: readonly ConfirmationMethod[];
  /** Other providers with whose accounts people sign in; none unless given. */
  readonly oidcProviders?: readonly ProviderSettings[];
  /** Sends requests to those providers. */
  readonly sendOutbound: SendOutbound;
  /** Documents that new users must accept; none unless given. */
  readonly policies?: readonly Policy[];
  /** Where browsers reach this server, without a slash at the end. */
  readonly publicUrl: () => string;
  /** Without it, there are no mail addresses on this server. */
  readonly mailSender?: MailSender | undefined;
  /** Whether new users have to have a mail address. */
  readonly emailRequired?: boolean;
  /** Where profiles of users of other servers come from; they are not found unless given. */
  readonly remoteProfiles?: RemoteProfiles | undefined;
  /** Who sees profiles; everybody unless given. */
  readonly profileVisibility?: ProfileVisibility;
  /** Whether people may look around without an account of their own. */
  readonly guestAccess?: boolean;
}

const DEFAULT_LIFETIMES: TokenLifetimes = { accessTokenMs: 5 * 60_000 };

/** Users and what belongs to them alone. */
export interface Accounts {
  readonly users: Users;
  readonly appServices: AppServices;
  readonly registration: Registration;
  readonly registrationTokens: RegistrationTokens;
  readonly sharedSecretRegistration: SharedSecretRegistration;
  readonly login: Login;
  readonly oauth: OAuth;
  readonly sessions: Sessions;
  readonly ownAccount: OwnAccount;
  readonly devices: Devices;
  readonly deactivation: Deactivation;
  /** Asks for the password where an access token is not enough. */
  readonly confirmation: Confirmation;
  readonly authFallback: AuthFallback;
  readonly emails: Emails;
  readonly thirdPartyIds: ThirdPartyIds;
  readonly loginTokens: LoginTokens;
  readonly openId: OpenId;
  readonly moderation: Moderation;
  readonly userAdministration: UserAdministration;
  readonly userRecords: UserRecords;
  readonly userDirectory: UserDirectory;
  readonly profiles: Profiles;
  readonly accountData: AccountData;
  readonly tags: Tags;
  readonly pushRules: PushRules;
  readonly timedMutes: TimedMutes;
  readonly pushers: Pushers;
  readonly roomSettings: RoomSettings;
  readonly filters: Filters;
  /** Writes what was gathered. */
  close(): Promise<void>;
}

export function createAccounts(options: AccountsOptions): Accounts {
  const { storage, serverName, clock, logger, roomsOfUser, deviceKeeper = NO_DEVICE_KEEPER } = options;
  const secret = new AccountSecret(storage);
  const passwords = new Passwords(options.passwordHashing);
  const interactiveAuth = new InteractiveAuth(storage, clock, secret);
  const check = new PasswordCheck(storage, passwords, serverName);
  const crossSigningReset = new CrossSigningReset(
    storage,
    clock,
    () => `${options.publicUrl()}${ACCOUNT_PATH}?action=org.matrix.cross_signing_reset`,
  );
  const providers = options.oidcProviders ?? [];
  const ssoConfirmation = new SsoConfirmation(storage, interactiveAuth);
  const confirmation = new Confirmation(interactiveAuth, [
    new PasswordConfirmation(check),
    ...(providers.length > 0 ? [ssoConfirmation] : []),
    ...crossSigningReset.methods,
    ...(options.confirmationMethods ?? []),
  ]);
  const lastSeen = new LastSeen(storage, clock, logger);
  const userDirectory = new UserDirectory(storage);
  const appServices = new AppServices(storage, serverName, options.appServices);
  const users = new Users(storage, clock, serverName, userDirectory, appServices);
  const tokens = new RegistrationTokens(storage, clock);
  const { tokenLifetimes = DEFAULT_LIFETIMES } = options;
  const sessions = new Sessions(storage, clock, tokenLifetimes, lastSeen, deviceKeeper);
  const profiles = new Profiles({
    storage,
    serverName,
    directory: userDirectory,
    roomsOfUser,
    remoteProfiles: options.remoteProfiles,
    visibility: options.profileVisibility ?? 'everyone',
  });
  const accountData = new AccountData(storage);
  const pushRules = new PushRules(accountData);
  const policies = new Policies(options.policies ?? []);
  const { mailSender, publicUrl } = options;
  const emails = new Emails({ storage, clock, secret, mailSender, publicUrl });
  const loginTokens = new LoginTokens(storage, clock, confirmation);
  const deactivation = new Deactivation({
    storage,
    clock,
    sessions,
    profiles,
    deviceKeeper,
  });
  const registration = new Registration({
    storage,
    clock,
    mode: options.registration,
    users,
    tokens,
    passwords,
    sessions,
    interactiveAuth,
    invitations: options.invitations,
    policies,
    emails,
    emailRequired: options.emailRequired ?? false,
    guestAccess: options.guestAccess ?? false,
  });
  const login = new Login(storage, sessions, [
    new PasswordLogin(storage, check),
    loginTokens,
    ...(appServices.all.length > 0 ? [new AppServiceLogin(storage, check, appServices)] : []),
    ...(providers.length > 0 ? [new SsoLogin(providers)] : []),
    ...(options.loginMethods ?? []),
  ]);
  const devices = new Devices(storage, sessions, confirmation, deviceKeeper);
  const userAdministration = new UserAdministration({
    storage,
    serverName,
    clock,
    users,
    passwords,
    profiles,
    sessions,
    deactivation,
    directory: userDirectory,
    ownDevices: devices,
  });
  return {
    users,
    appServices,
    registration,
    registrationTokens: tokens,
    sharedSecretRegistration: new SharedSecretRegistration(
      options.registrationSharedSecret,
      clock,
      users,
      passwords,
      sessions,
      storage.shortTokens,
    ),
    login,
    oauth: createOAuth({
      storage,
      clock,
      secret,
      login,
      sessions,
      crossSigningReset,
      ssoConfirmation,
      registration,
      policies,
      users,
      providers,
      send: options.sendOutbound,
      publicUrl,
    }),
    sessions,
    ownAccount: new OwnAccount({
      storage,
      passwords,
      sessions,
      confirmation,
      interactiveAuth,
      emails,
      deactivation,
    }),
    deactivation,
    devices,
    confirmation,
    authFallback: new AuthFallback(interactiveAuth, registration, policies),
    emails,
    thirdPartyIds: new ThirdPartyIds(storage, clock, emails, confirmation),
    loginTokens,
    openId: new OpenId(storage, clock),
    moderation: new Moderation(storage, serverName),
    userAdministration,
    userRecords: new UserRecords(storage, userAdministration, accountData),
    userDirectory,
    profiles,
    accountData,
    tags: new Tags(accountData),
    pushRules,
    timedMutes: new TimedMutes(storage, accountData, pushRules, clock),
    pushers: new Pushers({ storage, clock, secret, publicUrl, sendsMail: mailSender !== undefined }),
    roomSettings: new RoomSettings(accountData),
    filters: new Filters(storage),
    close: () => lastSeen.flush(),
  };
}
