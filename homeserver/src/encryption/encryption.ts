import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { ServerName } from '../protocol/identifiers.ts';
import type { Storage } from '../storage/index.ts';
import { type Confirmation, CrossSigning } from './cross-signing.ts';
import { DehydratedDevices } from './dehydrated-devices.ts';
import { DeviceKeys } from './device-keys.ts';
import { DeviceLists } from './device-lists.ts';
import { KeyBackups } from './key-backups.ts';
import { KeyClaims } from './key-claims.ts';
import { KeyQuery } from './key-query.ts';
import { KeySignatures } from './key-signatures.ts';
import { NO_REMOTE_KEYS, type RemoteKeys, type RemoteToDevice } from './remote-keys.ts';
import { ToDevice } from './to-device.ts';

export interface EncryptionOptions {
  readonly storage: Storage;
  readonly serverName: ServerName;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly confirmation: Confirmation;
  /** Asks other servers for keys; without it none can be asked. */
  readonly remoteKeys?: RemoteKeys | undefined;
  /** Takes messages to devices of other servers; without it they are lost. */
  readonly remoteToDevice?: RemoteToDevice | undefined;
}

/** What the server does for end-to-end encryption: it keeps public keys and takes messages from device to device. */
export interface Encryption {
  readonly deviceKeys: DeviceKeys;
  readonly keyQuery: KeyQuery;
  readonly keyClaims: KeyClaims;
  readonly crossSigning: CrossSigning;
  readonly keySignatures: KeySignatures;
  readonly deviceLists: DeviceLists;
  readonly toDevice: ToDevice;
  readonly keyBackups: KeyBackups;
  readonly dehydratedDevices: DehydratedDevices;
}

export function createEncryption(options: EncryptionOptions): Encryption {
  const { storage, serverName, clock, logger, confirmation, remoteKeys = NO_REMOTE_KEYS } = options;
  const deviceKeys = new DeviceKeys(storage, clock);
  const keyQuery = new KeyQuery(storage, serverName, remoteKeys, logger);
  const deviceLists = new DeviceLists(storage, keyQuery);
  const toDevice = new ToDevice(storage, serverName, clock, options.remoteToDevice);
  return {
    deviceKeys,
    keyQuery,
    keyClaims: new KeyClaims(storage, serverName, remoteKeys, logger),
    crossSigning: new CrossSigning(storage, confirmation),
    keySignatures: new KeySignatures(storage, serverName, keyQuery),
    deviceLists,
    toDevice,
    keyBackups: new KeyBackups(storage),
    dehydratedDevices: new DehydratedDevices(storage, deviceKeys, deviceLists, toDevice),
  };
}
