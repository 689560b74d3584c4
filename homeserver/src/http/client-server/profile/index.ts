import type { Endpoint } from '../../endpoint.ts';
import { getProfile, getProfileField } from './get-profile.ts';
import { deleteProfileField, setProfileField } from './set-profile-field.ts';

/** What users show of themselves. */
export const profileEndpoints: readonly Endpoint[] = [
  getProfile,
  getProfileField,
  setProfileField,
  deleteProfileField,
];
