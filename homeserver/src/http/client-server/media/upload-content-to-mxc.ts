import { endpoint } from '../../endpoint.ts';
import { receiveUpload } from './received-upload.ts';

export const uploadContentToMxc = endpoint('uploadContentToMXC', { limit: 'media' }, async (call) => {
  const { services, requester, params } = call;
  await receiveUpload(call, (upload) =>
    services.media.uploads.uploadTo(requester.userNid, params.serverName, params.mediaId, upload),
  );
  return {};
});
