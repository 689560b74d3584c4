import { MatrixError } from '../protocol/errors.ts';
import type { Restriction, UserRateLimit } from '../storage/index.ts';
import type { AppService } from './app-service.ts';

/** A logged-in user, as every request after authentication sees it. */
export interface Requester {
  readonly userId: string;
  /** The number of the user ID among the interned strings. */
  readonly userNid: number;
  /** Empty for a user of an application service that acts without a device. */
  readonly deviceId: string;
  readonly isAdmin: boolean;
  /** What the account may not do; most may do everything. */
  readonly restriction?: Restriction;
  /** What counts for the user instead of the limits of everybody. */
  readonly rateLimit?: UserRateLimit;
  /** The application service that speaks for the user, if one does. */
  readonly appService?: AppService;
}

/**
 * Refuses a locked user.
 *
 * Source: Client-Server API v1.19, "Account locking".
 * @throws {MatrixError} 401 `M_USER_LOCKED`
 */
export function refuseLocked(restriction: Restriction | undefined): void {
  if (restriction !== 'locked') return;
  throw new MatrixError(401, 'M_USER_LOCKED', 'This account has been locked', { soft_logout: true });
}

/**
 * Refuses what a suspended user may not do.
 *
 * Source: Client-Server API v1.19, "Account suspension".
 * @throws {MatrixError} 403 `M_USER_SUSPENDED`
 */
export function refuseSuspended({ restriction }: Pick<Requester, 'restriction'>): void {
  if (restriction !== 'suspended') return;
  throw new MatrixError(403, 'M_USER_SUSPENDED', 'This account is suspended and may do no more than look');
}

/**
 * Refuses what guests may not do.
 * @throws {MatrixError} 403 `M_GUEST_ACCESS_FORBIDDEN`
 */
export function refuseGuest({ restriction }: Pick<Requester, 'restriction'>): void {
  if (restriction !== 'guest') return;
  throw new MatrixError(403, 'M_GUEST_ACCESS_FORBIDDEN', 'Guests may not do this: make an account first');
}
