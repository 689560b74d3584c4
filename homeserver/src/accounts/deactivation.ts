import type { Clock } from '../base/clock.ts';
import { JobKind, type Storage, UnitOfWork } from '../storage/index.ts';
import type { DeviceKeeper } from './device-keeper.ts';
import type { Profiles } from './profiles.ts';
import type { Requester } from './requester.ts';
import type { Sessions } from './sessions.ts';

export interface DeactivationParts {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly sessions: Sessions;
  readonly profiles: Profiles;
  readonly deviceKeeper: DeviceKeeper;
}

/** Ending accounts for good. */
export class Deactivation {
  readonly #parts: DeactivationParts;

  constructor(parts: DeactivationParts) {
    this.#parts = parts;
  }

  /**
   * Ends an account: no login, no devices, an empty profile, no addresses, no account data. The name stays taken. The
   * rooms are left afterwards, by a job.
   *
   * @param erase whether what the user has said is hidden from everybody who was not there. The user can ask for it
   * in `POST /account/deactivate`; as in Synapse, nothing leaves the database.
   */
  async deactivate(user: Pick<Requester, 'userId' | 'userNid'>, erase: boolean): Promise<void> {
    const { storage, clock, sessions, profiles, deviceKeeper } = this.#parts;
    const { userId, userNid } = user;
    const unit = new UnitOfWork();
    storage.users.deactivate(unit, userNid, clock.now(), erase);
    await sessions.endAll(unit, userNid);
    deviceKeeper.accountEnded(unit, userNid);
    profiles.clear(unit, user);
    storage.userDirectory.delete(unit, userNid);
    storage.shortTokens.deleteOfUser(unit, userNid);
    storage.thirdPartyIds.deleteOfUser(unit, userNid);
    storage.upstreamUsers.deleteOfUser(unit, userNid);
    storage.accountData.deleteOfUser(unit, userNid);
    storage.jobs.enqueue(unit, { kind: JobKind.LeaveRooms, key: userId });
    await storage.database.commit(unit);
  }
}
