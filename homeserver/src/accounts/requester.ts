/** A logged-in user, as every request after authentication sees it. */
export interface Requester {
  readonly userId: string;
  /** The number of the user ID among the interned strings. */
  readonly userNid: number;
  readonly deviceId: string;
  readonly isAdmin: boolean;
}
