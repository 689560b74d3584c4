import { MatrixError } from '../protocol/errors.ts';
import type { NewMedia, Storage, UnitOfWork } from '../storage/index.ts';

/** How much each user may have here; as much as there is room for unless given. */
export interface UploadQuota {
  readonly files: number | undefined;
  readonly bytes: number | undefined;
}

/** Sees to it that nobody has more than everybody may have. */
export class UploadQuotas {
  readonly #store: Storage['media'];
  readonly #quota: UploadQuota;
  readonly #files: number;
  readonly #bytes: number;

  constructor(store: Storage['media'], quota: UploadQuota) {
    this.#store = store;
    this.#quota = quota;
    this.#files = quota.files ?? Number.MAX_SAFE_INTEGER;
    this.#bytes = quota.bytes ?? Number.MAX_SAFE_INTEGER;
  }

  /**
   * Refuses early what is too much by its own account; what counts is seen when it is kept.
   * @throws {MatrixError} 400 `M_RESOURCE_LIMIT_EXCEEDED`
   */
  async requireRoom(userNid: number, announcedBytes: number): Promise<void> {
    if (!this.#isOn) return;
    const { files, bytes } = await this.#store.usageOf(userNid);
    if (files + 1 > this.#files || bytes + announcedBytes > this.#bytes) throw this.exceeded();
  }

  /** Makes a unit that gives content to a user's media ID fail with `ExpectationFailed` if that is too much. */
  hold(unit: UnitOfWork, media: Pick<NewMedia, 'origin' | 'mediaId' | 'userNid'>): void {
    if (!this.#isOn || media.userNid === null) return;
    this.#store.requireUsage(unit, media, { files: this.#files, bytes: this.#bytes });
  }

  /** As Synapse. The specification's `M_USER_LIMIT_EXCEEDED` has to name a page that explains the limit. */
  exceeded(): MatrixError {
    const { files = 'any number of', bytes } = this.#quota;
    const limit = bytes === undefined ? `${files} files` : `${files} files with ${bytes} bytes`;
    return new MatrixError(400, 'M_RESOURCE_LIMIT_EXCEEDED', `You may keep ${limit} on this server, no more`);
  }

  get #isOn(): boolean {
    return this.#quota.files !== undefined || this.#quota.bytes !== undefined;
  }
}
