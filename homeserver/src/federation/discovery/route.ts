import { isIPv4 } from 'node:net';
import type { ServerName } from '../../protocol/identifiers.ts';

/** How to reach a server. */
export interface Route {
  /** Where to connect to: a name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** What the certificate must be for, and what the connection asks for (SNI); an IPv6 address has brackets. */
  readonly tlsName: string;
  /** What the request says in `Host`. */
  readonly hostHeader: string;
  /** Whether an admin has said so: then it may be a private address. */
  readonly isTrusted: boolean;
}

/** The port of federation where nothing says otherwise. */
const DEFAULT_PORT = 8448;

/** The parts of a server name. */
export interface NameParts {
  /** A name or an address; an IPv6 address has brackets. */
  readonly host: string;
  readonly isAddress: boolean;
  readonly port: number | undefined;
}

/** @param name as `isServerName` takes it. */
export function splitServerName(name: ServerName): NameParts {
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(name) ?? [];
  return {
    host,
    isAddress: host.startsWith('[') || isIPv4(host),
    port: port === undefined ? undefined : Number(port),
  };
}

/** The host of a name as sockets take it. */
export function withoutBrackets(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

/** The way to a server that is reached under its own name: certificate and `Host` are for that. */
export function routeByName(name: ServerName): Route {
  const { host, port = DEFAULT_PORT } = splitServerName(name);
  return { host: withoutBrackets(host), port, tlsName: host, hostHeader: name, isTrusted: false };
}
