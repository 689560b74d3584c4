import { endpoint } from '../../endpoint.ts';
import { receiveUpload } from './received-upload.ts';

export const uploadContent = endpoint('uploadContent', { limit: 'media' }, async (call) => {
  const { services, requester } = call;
  const contentUri = await receiveUpload(call, (upload) =>
    services.media.uploads.upload(requester.userNid, upload),
  );
  return { content_uri: contentUri };
});
