import type { Endpoint } from '../../endpoint.ts';
import { createLoginToken } from './create-login-token.ts';
import { getLoginFlows } from './get-login-flows.ts';
import { login } from './login.ts';
import { logout, logoutAll } from './logout.ts';
import { refresh } from './refresh.ts';

/** Logging in and out. */
export const loginEndpoints: readonly Endpoint[] = [
  getLoginFlows,
  login,
  createLoginToken,
  refresh,
  logout,
  logoutAll,
];
