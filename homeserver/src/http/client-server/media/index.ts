import type { Endpoint } from '../../endpoint.ts';
import { createContent } from './create-content.ts';
import { getConfig, getConfigAuthed } from './get-config.ts';
import { getContent, getContentOverrideName } from './get-content.ts';
import { getContentThumbnail } from './get-content-thumbnail.ts';
import { getUrlPreview, getUrlPreviewLegacy } from './get-url-preview.ts';
import {
  getLegacyContent,
  getLegacyContentOverrideName,
  getLegacyContentThumbnail,
} from './legacy-content.ts';
import { uploadContent } from './upload-content.ts';
import { uploadContentToMxc } from './upload-content-to-mxc.ts';

/** The content repository. */
export const mediaEndpoints: readonly Endpoint[] = [
  uploadContent,
  createContent,
  uploadContentToMxc,
  getConfig,
  getConfigAuthed,
  getContent,
  getContentOverrideName,
  getContentThumbnail,
  getLegacyContent,
  getLegacyContentOverrideName,
  getLegacyContentThumbnail,
  getUrlPreview,
  getUrlPreviewLegacy,
];
