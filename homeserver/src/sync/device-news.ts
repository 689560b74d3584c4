import { RecentMap } from '../base/recent-map.ts';
import type { Encryption } from '../encryption/index.ts';
import { LogKind, type LogRow } from '../storage/index.ts';

/** A device, as far as its messages and keys go. */
export interface Device {
  readonly userNid: number;
  readonly deviceId: string;
}

/** What every response tells a device of itself. */
export interface DeviceNews {
  /** One-time keys that are left, by algorithm. */
  readonly oneTimeKeyCounts: Record<string, number>;
  readonly unusedFallbackTypes: string[];
  /** Whether messages wait for it. */
  readonly hasMessages: boolean;
}

const REMEMBERED_DEVICES = 50_000;

/** Reads once what devices are told of themselves, until the log says that it has changed. */
export class DeviceNewsCache {
  readonly #encryption: Pick<Encryption, 'deviceKeys' | 'toDevice'>;
  // A read on its way is in here as well: a change that commits meanwhile throws it out.
  readonly #known = new RecentMap<string, Promise<DeviceNews>>(REMEMBERED_DEVICES);

  constructor(encryption: Pick<Encryption, 'deviceKeys' | 'toDevice'>) {
    this.#encryption = encryption;
  }

  of(device: Device): Promise<DeviceNews> {
    const key = keyOf(device);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const reading = this.#read(device);
    this.#known.set(key, reading);
    reading.catch(() => this.#known.delete(key));
    return reading;
  }

  /** Forgets what committed rows have changed. */
  follow(rows: readonly LogRow[]): void {
    for (const { kind, user: userNid, key: deviceId } of rows) {
      if (kind !== LogKind.ToDevice || userNid === undefined || deviceId === undefined) continue;
      this.forget({ userNid, deviceId });
    }
  }

  /** Forgets a device whose messages were deleted, of which the log says nothing. */
  forget(device: Device): void {
    this.#known.delete(keyOf(device));
  }

  async #read(device: Device): Promise<DeviceNews> {
    const { deviceKeys, toDevice } = this.#encryption;
    const [oneTimeKeyCounts, unusedFallbackTypes, hasMessages] = await Promise.all([
      deviceKeys.counts(device),
      deviceKeys.unusedFallbackTypes(device),
      toDevice.anyWaiting(device),
    ]);
    return { oneTimeKeyCounts, unusedFallbackTypes, hasMessages };
  }
}

function keyOf({ userNid, deviceId }: Device): string {
  return `${userNid} ${deviceId}`;
}
