import { endpoint } from '../../endpoint.ts';

export const createContent = endpoint(
  'createContent',
  { limit: 'media' },
  async ({ services, requester }) => {
    const { contentUri, expiresTs } = await services.media.uploads.reserve(requester.userNid);
    return { content_uri: contentUri, unused_expires_at: expiresTs };
  },
);
