import { readFile } from 'node:fs/promises';
import { isServerName, type ServerName } from '../../protocol/identifiers.ts';
import { isJsonObject, ownValue } from '../../protocol/json-values.ts';
import { type Route, routeByName, splitServerName, withoutBrackets } from './route.ts';

/**
 * Looks a server up in the file that says where servers are. The whole name comes before its host; without a port, the
 * one that the name asks for stays. Certificate and `Host` are those of the name. The file is read each time, so that
 * a test network can move its servers.
 *
 * @returns undefined if the file does not name it.
 * @throws an error that names the file, if it cannot be read or an entry of it be used.
 */
export async function findInFile(file: string, name: ServerName): Promise<Route | undefined> {
  const byName = routeByName(name);
  const entries = await readEntries(file);
  const { host } = splitServerName(name);
  const target = ownValue(entries, name) ?? ownValue(entries, host);
  if (target === undefined) return undefined;
  if (typeof target !== 'string' || !isServerName(target)) {
    throw new Error(`${file} has no address for ${name}: write "HOST" or "HOST:PORT"`);
  }
  const { host: to, port = byName.port } = splitServerName(target);
  return { ...byName, host: withoutBrackets(to), port, isTrusted: true };
}

async function readEntries(file: string): Promise<object> {
  let entries: unknown;
  try {
    entries = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file} cannot be read as JSON`, { cause: error });
  }
  if (!isJsonObject(entries)) throw new Error(`${file} is no JSON object`);
  return entries;
}
