import type { MatrixClient } from 'matrix-js-sdk';
import { asAmount, asObject, asString } from '../lib/parse.ts';

/** What a page says of itself. */
export interface LinkPreview {
  readonly title: string;
  readonly text: string | undefined;
  readonly site: string | undefined;
  readonly image:
    | { readonly mxc: string; readonly width: number | undefined; readonly height: number | undefined }
    | undefined;
}

/** Asks our server what a page says of itself: the page does not learn who reads. */
export interface PreviewActions {
  /** Resolves to undefined for a page that says nothing, or that cannot be had. */
  load(url: string): Promise<LinkPreview | undefined>;
}

const longestText = 300;

export function createPreviewActions(client: MatrixClient): PreviewActions {
  // One moment for all, so that each page is asked for once; the SDK keeps the answers.
  const moment = Date.now();
  return {
    async load(url) {
      try {
        return readPreview(await client.getUrlPreview(url, moment));
      } catch {
        return undefined;
      }
    },
  };
}

/** Reads the Open Graph fields that the server found (Matrix 1.19, "GET /_matrix/client/v1/media/preview_url"). */
export function readPreview(answer: unknown): LinkPreview | undefined {
  const fields = asObject(answer) ?? {};
  const title = asString(fields['og:title']);
  if (title === undefined) return undefined;
  const mxc = asString(fields['og:image']);
  const width = asAmount(fields['og:image:width']);
  const height = asAmount(fields['og:image:height']);
  return {
    title: title.slice(0, longestText),
    text: asString(fields['og:description'])?.slice(0, longestText),
    site: asString(fields['og:site_name'])?.slice(0, longestText),
    image: mxc?.startsWith('mxc://') ? { mxc, width, height } : undefined,
  };
}
