import type { RegistrationToken } from '../../accounts/index.ts';
import { customEndpoint } from '../endpoint.ts';
import { booleanQuery } from '../request-values.ts';

/**
 * Registration tokens, in Synapse's form: admin API, "Registration Tokens". Nothing is ever `pending` here: a use
 * counts when the account is made.
 */
const path = '/_synapse/admin/v1/registration_tokens';

function present({ token, usesAllowed, completed, expiresTs }: RegistrationToken): object {
  return { token, uses_allowed: usesAllowed, pending: 0, completed, expiry_time: expiresTs };
}

/** All tokens, or with `valid` those that can, or cannot, be used now. */
export const listRegistrationTokens = customEndpoint(
  { name: 'listRegistrationTokens', method: 'GET', path, auth: 'admin' },
  async ({ query, services }) => {
    const tokens = await services.accounts.registrationTokens.list(booleanQuery(query, 'valid'));
    return { registration_tokens: tokens.map(present) };
  },
);

/** Makes a token. */
export const createRegistrationToken = customEndpoint(
  {
    name: 'createRegistrationToken',
    method: 'POST',
    path: `${path}/new`,
    auth: 'admin',
    bodySchema: {
      type: 'object',
      properties: {
        token: { type: 'string' },
        uses_allowed: { type: 'integer' },
        expiry_time: { type: 'integer' },
        length: { type: 'integer', minimum: 1, maximum: 64 },
      },
    },
  },
  async ({ body, services }) =>
    present(
      await services.accounts.registrationTokens.create({
        token: body.token,
        length: body.length,
        usesAllowed: body.uses_allowed,
        expiresTs: body.expiry_time,
      }),
    ),
);

/** One token. */
export const getRegistrationToken = customEndpoint(
  { name: 'getRegistrationToken', method: 'GET', path: `${path}/{token}`, auth: 'admin' },
  async ({ params, services }) => present(await services.accounts.registrationTokens.get(params.token)),
);

/** Changes a token; with null a limit goes. */
export const changeRegistrationToken = customEndpoint(
  {
    name: 'changeRegistrationToken',
    method: 'PUT',
    path: `${path}/{token}`,
    auth: 'admin',
    bodySchema: {
      type: 'object',
      properties: {
        uses_allowed: { type: ['integer', 'null'] },
        expiry_time: { type: ['integer', 'null'] },
      },
    },
  },
  async ({ params, body, services }) =>
    present(
      await services.accounts.registrationTokens.change(params.token, {
        usesAllowed: limitIn(body.uses_allowed),
        expiresTs: limitIn(body.expiry_time),
      }),
    ),
);

/** Deletes a token: nobody can use it any more. */
export const deleteRegistrationToken = customEndpoint(
  { name: 'deleteRegistrationToken', method: 'DELETE', path: `${path}/{token}`, auth: 'admin' },
  async ({ params, services }) => {
    await services.accounts.registrationTokens.delete(params.token);
    return {};
  },
);

function limitIn(value: unknown): number | null | undefined {
  return typeof value === 'number' || value === null ? value : undefined;
}
