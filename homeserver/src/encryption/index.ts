/** What the server does for end-to-end encryption, as the other rooms use it. */

export type { CrossSigningUpload } from './cross-signing.ts';
export type { DeviceListSnapshot, DeviceListUpdate } from './device-lists.ts';
export { createEncryption, type Encryption, type EncryptionOptions } from './encryption.ts';
export type { BackupVersion, PartOfBackup } from './key-backups.ts';
export type { SignatureUpload } from './key-signatures.ts';
export type {
  AskedDevices,
  AskedOneTimeKeys,
  GivenOneTimeKeys,
  KeysOfUsers,
  RemoteKeys,
  RemoteKeysOfUsers,
  RemoteMessages,
  RemoteToDevice,
} from './remote-keys.ts';
export type { DeviceMessages, MessageBatch } from './to-device.ts';
