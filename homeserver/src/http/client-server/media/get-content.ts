import { endpoint } from '../../endpoint.ts';
import { mediaRequest } from './media-request.ts';
import { serveFile } from './served-file.ts';

export const getContent = endpoint('getContentAuthed', {}, async (call) => {
  const { library } = call.services.media;
  return serveFile(library, await library.find(mediaRequest(call)), call.request);
});

/** The path says what the file is to be called. */
export const getContentOverrideName = endpoint('getContentOverrideNameAuthed', {}, async (call) => {
  const { library } = call.services.media;
  const content = await library.find(mediaRequest(call));
  return serveFile(library, { ...content, fileName: call.params.fileName }, call.request);
});
