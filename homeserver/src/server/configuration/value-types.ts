import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { isServerName, isValidLocalpart, type ServerName } from '../../protocol/identifiers.ts';

/** How the text of a setting becomes its value. */
export interface ValueType<Value> {
  /** What to write, completing "Please write ...". */
  readonly expected: string;
  /**
   * The value, or `undefined` when the text is not of this form.
   * @param baseFolder where relative paths start
   */
  parse(text: string, baseFolder: string): Value | undefined;
}

/** Where media are kept. */
export type MediaUrl =
  /** The path is absolute. */
  | { readonly store: 'folder'; readonly path: string }
  /** The prefix has no slashes at its ends, and may be empty. */
  | { readonly store: 's3'; readonly bucket: string; readonly prefix: string };

/** Any text. */
export const text: ValueType<string> = { expected: 'some text', parse: (written) => written };

/** The localpart of a user of this server, in small letters. */
export const localpart: ValueType<string> = {
  expected: 'the first part of a user ID, of a-z 0-9 . _ = - / +',
  parse: (written) => (isValidLocalpart(written) && !written.startsWith('_') ? written : undefined),
};

/** A path, made absolute. */
export const path: ValueType<string> = {
  expected: 'a path',
  parse: (written, baseFolder) => resolve(baseFolder, written),
};

/**
 * A Matrix server name: in small letters, so that there is one way to write it, and of at most 230 characters, which
 * leaves room for a localpart (specification v1.19, Appendices, "Server name").
 */
export const serverName: ValueType<ServerName> = {
  expected:
    'a host name such as example.org, perhaps with a port, in small letters and at most 230 characters',
  parse: (written) => (isServerName(written) && /^[^A-Z]{1,230}$/.test(written) ? written : undefined),
};

/** Server names, with `*` for any characters. */
export const serverGlob: ValueType<string> = {
  expected: 'a host name such as example.org or *.example.org, perhaps with a port, in small letters',
  parse: (written) => (/^[0-9a-z.:*[\]-]{1,255}$/.test(written) ? written : undefined),
};

/** Homeservers that are believed about others; `none` for nobody. */
export const keyServers: ValueType<readonly ServerName[]> = {
  expected: 'host names such as matrix.org, separated by commas, or none',
  parse: (written) => (written === 'none' ? [] : listOf(serverName).parse(written, '')),
};

/** A TCP port; 0 takes a free one. */
export const port: ValueType<number> = {
  expected: 'a number from 0 to 65535',
  parse: (written) => (/^\d{1,5}$/.test(written) && Number(written) <= 65_535 ? Number(written) : undefined),
};

/** An address to listen on. */
export const listenAddress: ValueType<string> = {
  expected: 'an IP address (127.0.0.1 for this machine only, 0.0.0.0 or :: for every network) or localhost',
  parse: (written) => (isIP(written) !== 0 || written === 'localhost' ? written : undefined),
};

/**
 * The address of a database as storage takes it; the path of SQLite is made absolute. `?synchronous=normal` after it
 * gives up durability, for measurements.
 */
export const databaseUrl: ValueType<string> = {
  expected: 'sqlite:PATH (a file) or postgres://USER:PASSWORD@HOST/DATABASE',
  parse(written, baseFolder) {
    if (/^postgres(ql)?:\/\//.test(written)) return URL.canParse(written) ? written : undefined;
    const [, address = '', option = ''] = /^([^?]*)(\?synchronous=(?:full|normal))?$/.exec(written) ?? [];
    const file = schemePath(address, 'sqlite');
    return file === undefined ? undefined : `sqlite:${resolve(baseFolder, file)}${option}`;
  },
};

const BUCKET_URL = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/+([\w!*'()./-]*?))?\/*$/;

export const mediaUrl: ValueType<MediaUrl> = {
  expected: 'file:PATH (a folder), or s3://BUCKET or s3://BUCKET/PREFIX',
  parse(written, baseFolder) {
    const [, bucket, prefix = ''] = BUCKET_URL.exec(written) ?? [];
    if (bucket !== undefined) return { store: 's3', bucket, prefix };
    const folder = schemePath(written, 'file');
    return folder === undefined ? undefined : { store: 'folder', path: resolve(baseFolder, folder) };
  },
};

/** The path of `scheme:PATH` or `scheme:///PATH`; `undefined` for another scheme, a host or no path. */
function schemePath(written: string, scheme: string): string | undefined {
  if (!written.startsWith(`${scheme}:`)) return undefined;
  const rest = written.slice(scheme.length + 1);
  const filePath = rest.startsWith('///') ? rest.slice(2) : rest;
  return filePath === '' || filePath.startsWith('//') || filePath.startsWith(':') ? undefined : filePath;
}

const BYTES_IN_UNIT: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

/** A number of bytes; `K`, `M` and `G` are powers of 1024. */
export const size: ValueType<number> = {
  expected: 'a size such as 500K, 50M or 2G (or a number of bytes), more than 0',
  parse(written) {
    const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([KMG]?)(?:i?B)?$/i.exec(written) ?? [];
    const bytes = Math.floor(Number(amount) * (BYTES_IN_UNIT[unit.toUpperCase()] ?? 0));
    return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : undefined;
  },
};

/** A number of things. */
export const count: ValueType<number> = {
  expected: 'a whole number, more than 0',
  parse: (written) => (/^[1-9]\d{0,14}$/.test(written) ? Number(written) : undefined),
};

const MILLISECONDS_IN_UNIT: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A time span in milliseconds. */
export const duration: ValueType<number> = {
  expected: 'a time span such as 90s, 5m, 12h or 30d, more than 0',
  parse(written) {
    const [, amount = '', unit = ''] = /^(\d{1,6})\s*([smhd])$/.exec(written) ?? [];
    const milliseconds = Number(amount) * (MILLISECONDS_IN_UNIT[unit] ?? 0);
    return milliseconds > 0 ? milliseconds : undefined;
  },
};

/** The origin and path under which browsers reach the server, without a slash at the end. */
export const webAddress: ValueType<string> = {
  expected: 'an address such as https://chat.example.org, without query or fragment',
  parse(written) {
    const url = URL.canParse(written) ? new URL(written) : undefined;
    if (!url || !/^https?:$/.test(url.protocol)) return undefined;
    if (url.search !== '' || url.hash !== '' || url.username !== '') return undefined;
    return url.href.replace(/\/+$/, '');
  },
};

/** Where clients open WebSockets: an origin, without a slash at the end. */
export const webSocketAddress: ValueType<string> = {
  expected: 'an address such as wss://livekit.example.org, without a path',
  parse(written) {
    const url = URL.canParse(written) ? new URL(written) : undefined;
    if (!url || !/^wss?:$/.test(url.protocol)) return undefined;
    return url.href === `${url.protocol}//${url.host}/` ? `${url.protocol}//${url.host}` : undefined;
  },
};

/** The address of a mail server. */
export const smtpUrl: ValueType<string> = {
  expected: 'smtp://USER:PASSWORD@HOST:PORT, or smtps:// where the port speaks TLS from the start',
  parse(written) {
    const url = URL.canParse(written) ? new URL(written) : undefined;
    return url && /^smtps?:$/.test(url.protocol) && url.hostname !== '' ? written : undefined;
  },
};

/** A document that people must accept, in one language. */
export interface WrittenPolicy {
  readonly id: string;
  readonly version: string;
  readonly language: string;
  readonly name: string;
  readonly url: string;
}

/** `ID@VERSION:LANGUAGE URL NAME`. */
export const policy: ValueType<WrittenPolicy> = {
  expected: 'ID@VERSION:LANGUAGE URL NAME, as in privacy@1.0:en https://example.org/privacy Privacy policy',
  parse(written) {
    const [, id = '', version = '', language = '', address = '', name = ''] =
      /^([a-z][a-z0-9_.-]*)@([\w.-]+):([A-Za-z-]+)\s+(\S+)\s+(.+)$/.exec(written) ?? [];
    const url = webAddress.parse(address, '');
    return url === undefined ? undefined : { id, version, language, name, url: address };
  },
};

/** A provider for single sign-on. */
export interface WrittenProvider {
  readonly id: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly name: string;
  readonly scopes: string;
  readonly localpart: string;
  readonly displayName: string;
  readonly linksExisting: boolean;
}

const PROVIDER_KEYS: readonly string[] = [
  'client_id',
  'client_secret',
  'name',
  'scopes',
  'localpart',
  'display_name',
  'link_existing',
];

/** `ID ISSUER client_id=... KEY="A VALUE"`. */
export const oidcProvider: ValueType<WrittenProvider> = {
  expected: 'ID ISSUER client_id=ID client_secret=SECRET name="NAME", as docs/admin/oauth.md explains',
  parse(written) {
    const [, id = '', issuer = '', rest = ''] =
      /^([a-z][a-z0-9_-]*)\s+(https?:\/\/\S+)\s+(.+)$/.exec(written) ?? [];
    const words = rest.match(/\w+=(?:"[^"]*"|[^\s"]+)/g) ?? [];
    if (id === '' || URL.parse(issuer) === null || words.join(' ') !== rest.replaceAll(/ +/g, ' ').trim())
      return undefined;
    const values = new Map(
      words.map((word) => {
        const [key = '', value = ''] = word.split(/=(.*)/s);
        return [key, value.replaceAll('"', '')] as const;
      }),
    );
    const clientId = values.get('client_id');
    const linksExisting = values.get('link_existing') ?? 'off';
    if (clientId === undefined || [...values.keys()].some((key) => !PROVIDER_KEYS.includes(key)))
      return undefined;
    if (linksExisting !== 'on' && linksExisting !== 'off') return undefined;
    return {
      id,
      issuer,
      clientId,
      clientSecret: values.get('client_secret'),
      name: values.get('name') ?? id,
      scopes: values.get('scopes') ?? 'openid profile email',
      localpart: values.get('localpart') ?? '{preferred_username}',
      displayName: values.get('display_name') ?? '{name}',
      linksExisting: linksExisting === 'on',
    };
  },
};

/** An address, or a network in CIDR form. */
export const network: ValueType<string> = {
  expected: 'an IP address or a network such as 10.0.0.0/8',
  parse(written) {
    const [address = '', prefix, ...rest] = written.split('/');
    const family = isIP(address);
    if (family === 0 || rest.length > 0) return undefined;
    if (prefix === undefined) return written;
    return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128) ? written : undefined;
  },
};

/** A TURN server, as browsers take it (RFC 7065). */
export const turnUri: ValueType<string> = {
  expected: 'an address such as turn:turn.example.org?transport=udp',
  parse: (written) => (/^turns?:[^\s,/]+$/.test(written) ? written : undefined),
};

/** Yes or no. */
export const onOrOff: ValueType<boolean> = {
  expected: 'on or off',
  parse(written) {
    if (/^(on|true|yes|1)$/i.test(written)) return true;
    return /^(off|false|no|0)$/i.test(written) ? false : undefined;
  },
};

/** One of a few words. */
export function oneOf<const Word extends string>(words: readonly Word[]): ValueType<Word> {
  return {
    expected: `one of ${words.join(', ')}`,
    parse: (written) => words.find((word) => word === written.toLowerCase()),
  };
}

/** Several of the same, separated by commas. */
export function listOf<Item>(item: ValueType<Item>): ValueType<readonly Item[]> {
  return {
    expected: `a list, each entry ${item.expected}`,
    parse(written, baseFolder) {
      const items: Item[] = [];
      for (const part of written.split(',')) {
        if (part.trim() === '') continue;
        const value = item.parse(part.trim(), baseFolder);
        if (value === undefined) return undefined;
        items.push(value);
      }
      return items;
    },
  };
}
