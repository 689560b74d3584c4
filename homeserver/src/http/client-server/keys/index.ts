import type { Endpoint } from '../../endpoint.ts';
import { claimKeys } from './claim-keys.ts';
import { getKeysChanges } from './get-keys-changes.ts';
import { queryKeys } from './query-keys.ts';
import { uploadCrossSigningKeys } from './upload-cross-signing-keys.ts';
import { uploadCrossSigningSignatures } from './upload-cross-signing-signatures.ts';
import { uploadKeys } from './upload-keys.ts';

/** Keys of devices and users for end-to-end encryption. */
export const keyEndpoints: readonly Endpoint[] = [
  uploadKeys,
  queryKeys,
  claimKeys,
  getKeysChanges,
  uploadCrossSigningKeys,
  uploadCrossSigningSignatures,
];
