import type { Endpoint } from '../../endpoint.ts';
import { checkRegistrationToken } from './check-registration-token.ts';
import { checkUsernameAvailability } from './check-username-availability.ts';
import { register } from './register.ts';

/** Making accounts. */
export const registrationEndpoints: readonly Endpoint[] = [
  register,
  checkUsernameAvailability,
  checkRegistrationToken,
];
