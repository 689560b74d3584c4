import type { Access } from '../lib/homeserver/session.ts';

/** Which form of an image is wanted; without a size, the original. */
export interface MediaRequest {
  readonly mxc: string;
  /** Size of the box in CSS pixels; the server sends at least this many device pixels. */
  readonly size?: { readonly width: number; readonly height: number; readonly method: 'crop' | 'scale' };
}

interface Entry {
  url: Promise<string>;
  objectUrl: string | undefined;
  users: number;
}

/** How many images nobody shows are kept for when somebody does again. */
const idleLimit = 150;

/**
 * Media of the homeserver as `blob:` addresses.
 * Media needs authorisation (Matrix 1.19, "Client Behaviour" of the content repository), which an `img` cannot send. Whoever shows an address
 * holds it; when more than a limit are held by nobody, the one that was let go first is forgotten.
 */
export class MediaCache {
  readonly #entries = new Map<string, Entry>();
  readonly #load: (path: string) => Promise<Blob>;
  readonly #limit: number;

  constructor(load: (path: string) => Promise<Blob>, limit = idleLimit) {
    this.#load = load;
    this.#limit = limit;
  }

  /** Holds an address until `release`. Rejects when the media cannot be had; asking again tries again. */
  acquire(request: MediaRequest): Promise<string> {
    const path = buildMediaPath(request);
    if (path === undefined) return Promise.reject(new Error('Not a media address'));
    const entry = this.#entries.get(path) ?? this.#begin(path);
    entry.users += 1;
    return entry.url;
  }

  release(request: MediaRequest): void {
    const path = buildMediaPath(request);
    const entry = path === undefined ? undefined : this.#entries.get(path);
    if (path === undefined || !entry) return;
    entry.users -= 1;
    if (entry.users > 0) return;
    // Last in the order of insertion: let go most recently.
    this.#entries.delete(path);
    this.#entries.set(path, entry);
    this.#forgetIdle();
  }

  #begin(path: string): Entry {
    const entry: Entry = { url: Promise.resolve(''), objectUrl: undefined, users: 0 };
    entry.url = this.#load(path).then(
      (blob) => {
        entry.objectUrl = URL.createObjectURL(blob);
        return entry.objectUrl;
      },
      (error: unknown) => {
        if (this.#entries.get(path) === entry) this.#entries.delete(path);
        throw error;
      },
    );
    this.#entries.set(path, entry);
    return entry;
  }

  #forgetIdle(): void {
    const idle = [...this.#entries].filter(([, entry]) => entry.users <= 0);
    for (const [path, entry] of idle.slice(0, Math.max(0, idle.length - this.#limit))) {
      this.#entries.delete(path);
      if (entry.objectUrl) URL.revokeObjectURL(entry.objectUrl);
    }
  }
}

/** Path of a media download or thumbnail (Matrix 1.19, GET /_matrix/client/v1/media/...); undefined for a bad address. */
export function buildMediaPath({ mxc, size }: MediaRequest): string | undefined {
  const match = /^mxc:\/\/([^/\s]+)\/([\w-]+)$/.exec(mxc);
  if (!match) return undefined;
  const media = `${encodeURIComponent(match[1] ?? '')}/${match[2]}`;
  if (!size) return `/_matrix/client/v1/media/download/${media}`;
  const query = new URLSearchParams({
    width: String(Math.ceil(size.width)),
    height: String(Math.ceil(size.height)),
    method: size.method,
  });
  return `/_matrix/client/v1/media/thumbnail/${media}?${query}`;
}

/**
 * Loads media as whoever `readAccess` says, each time: access tokens are renewed.
 * @param renew has a token renewed that has run out, where tokens do
 */
export function createMediaLoader(
  readAccess: () => Access,
  renew?: () => Promise<unknown>,
): (path: string) => Promise<Blob> {
  let renewal: Promise<unknown> | undefined;
  const request = ({ baseUrl, accessToken }: Access, path: string): Promise<Response> =>
    fetch(`${baseUrl}${path}`, { headers: { Authorization: `Bearer ${accessToken}` } });
  return async (path) => {
    const access = readAccess();
    let response = await request(access, path);
    if (response.status === 401 && renew) {
      // Many images are refused at once; one renewal is for all of them.
      if (readAccess().accessToken === access.accessToken) {
        renewal ??= renew().finally(() => {
          renewal = undefined;
        });
        await renewal;
      }
      response = await request(readAccess(), path);
    }
    if (!response.ok) throw new Error(`The server answered ${response.status}`);
    return response.blob();
  };
}
