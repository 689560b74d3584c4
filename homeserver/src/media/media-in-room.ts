import { setImmediate } from 'node:timers/promises';
import { parseMxcUri } from '../protocol/identifiers.ts';
import type { Storage } from '../storage/index.ts';

const EVENTS_AT_ONCE = 500;

/** The `mxc://` URIs of what the events of a room show: files, thumbnails, avatars. What is encrypted is not seen. */
export async function mediaInRoom(
  { mediaLists }: Pick<Storage, 'mediaLists'>,
  roomNid: number,
): Promise<Set<string>> {
  const uris = new Set<string>();
  const read = async (events: 'eventsInTimeline' | 'eventsOffTimeline'): Promise<void> => {
    for (let after = 0; ; ) {
      const page = await mediaLists[events](roomNid, after, EVENTS_AT_ONCE);
      for (const { json } of page) collect(JSON.parse(json), uris);
      const last = page.at(-1);
      if (last === undefined) return;
      after = last.at;
      await setImmediate();
    }
  };
  await read('eventsInTimeline');
  await read('eventsOffTimeline');
  return uris;
}

interface ShownMedia {
  readonly url?: unknown;
  readonly file?: { readonly url?: unknown } | null;
  readonly info?: {
    readonly thumbnail_url?: unknown;
    readonly thumbnail_file?: { readonly url?: unknown } | null;
  } | null;
}

function collect(event: { readonly content?: ShownMedia | null }, uris: Set<string>): void {
  const { url, file, info } = event.content ?? {};
  for (const uri of [url, file?.url, info?.thumbnail_url, info?.thumbnail_file?.url]) {
    if (parseMxcUri(uri) !== undefined) uris.add(String(uri));
  }
}
