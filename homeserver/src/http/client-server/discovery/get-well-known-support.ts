import { notFound } from '../../../protocol/errors.ts';
import { endpoint } from '../../endpoint.ts';

/** Leads users to help, and other admins to the admin of this server, where that is configured. */
export const getWellKnownSupport = endpoint('getWellknownSupport', {}, ({ services }) => {
  const { page, email } = services.support;
  if (page === undefined && email === undefined) throw notFound('This server names nobody');
  return {
    ...(email === undefined ? {} : { contacts: [{ role: 'm.role.admin', email_address: email }] }),
    ...(page === undefined ? {} : { support_page: page }),
  };
});

/** With which key this server signs for the rooms that make it their policy server. */
export const getWellKnownPolicy = endpoint('getWellknownPolicy', {}, async ({ services }) => {
  const { publicKeyBase64 } = await services.rooms.policyKey.get();
  return { public_keys: { ed25519: publicKeyBase64 } };
});
