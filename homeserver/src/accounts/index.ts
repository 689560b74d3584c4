/** Users, sessions, profiles and account data: what the other rooms use of it. */

export type {
  EmailPurpose,
  RegistrationToken,
  StoredDevice as Device,
  UserRateLimit,
} from '../storage/index.ts';
export { USER_ORDERS, type UserFilter, type UserOrder } from '../storage/index.ts';
export { type AccountDataEntry, NO_ROOM, type RoomAccountDataEntry } from './account-data.ts';
export { type Accounts, type AccountsOptions, createAccounts } from './accounts.ts';
export type { AppService, AppServiceRegistration, Namespace } from './app-service.ts';
export type { AppServices } from './app-services.ts';
export type { FallbackPage } from './auth-fallback.ts';
export type { ConfirmationMethod } from './confirmation.ts';
export type { DeviceKeeper } from './device-keeper.ts';
export { CONFIRM_PATH, type ConfirmationLink, type MailSender } from './emails.ts';
export {
  type EventFilter,
  type Filter,
  parseRoomEventFilter,
  type RoomEventFilter,
  type RoomFilter,
} from './filter-definition.ts';
export type { AuthAnswer } from './interactive-auth.ts';
export type { LoginMethod, LoginRequest } from './login.ts';
export type { Sanction } from './moderation.ts';
export {
  ACCOUNT_PATH,
  type AuthorizationRequest,
  answerUrl,
  type BrowserUser,
  CALLBACK_PATH,
  DEVICE_GRANT,
  type DeviceGrant,
  GRANT_TYPES,
  type LeftMessage,
  MOST_RENDEZVOUS_BYTES,
  type OAuthClient,
  OAuthError,
  POLL_SECONDS,
  type ProviderSettings,
  RefusedRequest,
  type RendezvousMessage,
  readAuthorizationRequest,
} from './oauth/index.ts';
export type { PasswordHashing } from './passwords.ts';
export type { Policy } from './policies.ts';
export type { Profile, ProfileVisibility, RemoteProfiles, RoomsOfUser } from './profiles.ts';
export { PUSH_GATEWAY_PATH, UNSUBSCRIBE_PATH } from './pushers.ts';
export type { RegistrationMode } from './registration.ts';
export { type Requester, refuseGuest, refuseLocked, refuseSuspended } from './requester.ts';
export type { IssuedTokens, OpenedSession } from './sessions.ts';
export type { UserChanges, UserDetails } from './user-administration.ts';
export type { FindableUser, UserDirectory } from './user-directory.ts';
