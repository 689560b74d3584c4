import { endpoint } from '../../endpoint.ts';

/** Publishes signatures on keys; those that are wrong are told of one by one. */
export const uploadCrossSigningSignatures = endpoint(
  'uploadCrossSigningSignatures',
  { limit: 'keys', aliases: ['/_matrix/client/unstable/keys/signatures/upload'] },
  async ({ body, requester, services }) => ({
    failures: await services.encryption.keySignatures.upload(requester, body),
  }),
);
