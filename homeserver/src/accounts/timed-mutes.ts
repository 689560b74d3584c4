import type { Clock } from '../base/clock.ts';
import type { JsonObject } from '../protocol/canonical-json.ts';
import { JobKind, type Storage, UnitOfWork } from '../storage/index.ts';
import { type AccountData, NO_ROOM } from './account-data.ts';
import { dueMutes, MUTED_UNTIL_TYPE, nextMuteEnd, withoutMutes } from './muted-until.ts';
import type { PushRules } from './push-rules.ts';

/**
 * Ends the mutes of rooms when their time is over, whether or not a client of the user is open: the push rule that
 * keeps the room quiet goes, and what the user has otherwise said about the room holds again.
 *
 * A client notes the ends in the account data `io.guildhall.muted_until` (docs/guildhall-api.md), which makes the job.
 */
export class TimedMutes {
  readonly #storage: Storage;
  readonly #accountData: AccountData;
  readonly #pushRules: PushRules;
  readonly #clock: Clock;

  constructor(storage: Storage, accountData: AccountData, pushRules: PushRules, clock: Clock) {
    this.#storage = storage;
    this.#accountData = accountData;
    this.#pushRules = pushRules;
    this.#clock = clock;
  }

  /** Ends what is over, and asks for the next end; safe to repeat. */
  async endDue(userId: string): Promise<void> {
    const userNid = await this.#storage.strings.find(userId);
    if (userNid === undefined) return;
    const now = this.#clock.now();
    const due = dueMutes(await this.#accountData.get(userNid, NO_ROOM, MUTED_UNTIL_TYPE), now);
    if (due.length > 0) {
      await this.#pushRules.removeQuiet({ userId, userNid }, due);
      const key = { userNid, roomNid: NO_ROOM, type: MUTED_UNTIL_TYPE };
      await this.#accountData.update(key, (content) => withoutMutes(content, due, now));
    }
    const left: JsonObject | undefined = await this.#accountData.get(userNid, NO_ROOM, MUTED_UNTIL_TYPE);
    const runAt = nextMuteEnd(left);
    if (runAt === undefined) return;
    const unit = new UnitOfWork();
    this.#storage.jobs.enqueue(unit, { kind: JobKind.EndMutes, key: userId, runAt });
    await this.#storage.database.commit(unit);
  }
}
