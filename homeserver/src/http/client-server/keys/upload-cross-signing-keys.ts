import { endpoint } from '../../endpoint.ts';

/** Publishes the keys with which the user vouches for devices and other users. Replacing them takes the password. */
export const uploadCrossSigningKeys = endpoint(
  'uploadCrossSigningKeys',
  { limit: 'loginAccount', aliases: ['/_matrix/client/unstable/keys/device_signing/upload'] },
  async ({ body, requester, services }) => {
    const keys = {
      master: body.master_key,
      self_signing: body.self_signing_key,
      user_signing: body.user_signing_key,
    };
    await services.encryption.crossSigning.upload(requester, keys, body.auth);
    return {};
  },
);
