import { endpoint } from '../../endpoint.ts';
import type { Services } from '../../services.ts';

export const getConfigAuthed = endpoint('getConfigAuthed', {}, ({ services }) => configOf(services));

/** Deprecated, and still asked by many clients. */
export const getConfig = endpoint('getConfig', {}, ({ services }) => configOf(services));

function configOf({ media }: Services): object {
  return { 'm.upload.size': media.maxUploadBytes };
}
