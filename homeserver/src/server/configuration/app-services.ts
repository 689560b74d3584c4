import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import type { AppServiceRegistration, Namespace } from '../../accounts/index.ts';
import { isValidLocalpart } from '../../protocol/identifiers.ts';
import { isJsonObject } from '../../protocol/json-values.ts';
import { ConfigurationError, type ConfigurationProblem } from './configuration-error.ts';

/**
 * Reads the registration files of application services: every `.yaml` and `.yml` of a folder, in Synapse's form. Keys
 * that this server does not know are left to the application service, which reads the same file.
 *
 * @throws ConfigurationError naming everything that is wrong, with its file and key.
 */
export function readAppServices(folder: string | undefined): AppServiceRegistration[] {
  if (folder === undefined) return [];
  const problems: ConfigurationProblem[] = [];
  const found = registrationFiles(folder).map((file) => ({
    file,
    registration: readRegistration(file, readFileSync(file, 'utf8'), problems),
  }));
  for (const { key, read } of UNIQUE) {
    const first = new Map<string, string>();
    for (const { file, registration } of found) {
      const value = registration && read(registration);
      const other = value === undefined ? undefined : first.get(value);
      if (other === undefined) {
        if (value !== undefined) first.set(value, file);
      } else {
        problems.push({ key, source: file, problem: `${other} has the same`, remedy: 'give each its own' });
      }
    }
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return found.flatMap(({ registration }) => registration ?? []);
}

/** What no two application services have in common. */
const UNIQUE: readonly { key: string; read: (registration: AppServiceRegistration) => string }[] = [
  { key: 'id', read: ({ id }) => id },
  { key: 'as_token', read: ({ asToken }) => asToken },
  { key: 'hs_token', read: ({ hsToken }) => hsToken },
  { key: 'sender_localpart', read: ({ senderLocalpart }) => senderLocalpart },
];

function registrationFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    const problem = `the folder cannot be read: ${error instanceof Error ? error.message : error}`;
    const remedy = 'name a folder with registration files';
    throw new ConfigurationError([{ key: 'appservice_dir', source: folder, problem, remedy }]);
  }
}

/** Reads one file; what is wrong with it is added to the problems. */
function readRegistration(
  file: string,
  content: string,
  problems: ConfigurationProblem[],
): AppServiceRegistration | undefined {
  const before = problems.length;
  const complain = (key: string, problem: string, remedy: string): undefined => {
    problems.push({ key, source: file, problem, remedy });
  };
  const document = parseDocument(content, { prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) return complain('YAML', error.message, 'correct the file');
  const written: unknown = document.toJS();
  if (!isJsonObject(written)) return complain('YAML', 'this is not a list of keys', 'write a registration');

  const text = (key: string): string => {
    const value = written[key];
    if (typeof value === 'string' && value !== '') return value;
    complain(key, value === undefined ? 'it is missing' : 'it is no text', 'write some text');
    return '';
  };
  const flag = (key: string, otherwise: boolean): boolean => {
    const value = written[key] ?? otherwise;
    if (typeof value === 'boolean') return value;
    complain(key, 'it is neither true nor false', 'write true or false');
    return otherwise;
  };
  const namespaces = namespacesOf(written.namespaces, complain);
  const { protocols = null } = written;
  if (
    protocols !== null &&
    !(Array.isArray(protocols) && protocols.every((one) => typeof one === 'string'))
  ) {
    complain('protocols', 'it is no list of texts', 'write the names of the networks');
  }
  const senderLocalpart = text('sender_localpart');
  if (senderLocalpart !== '' && !isValidLocalpart(senderLocalpart)) {
    complain('sender_localpart', `${senderLocalpart} is no user name`, 'use a-z, 0-9 and . _ = / + - only');
  }
  const registration: AppServiceRegistration = {
    id: text('id'),
    url: urlOf(written, complain),
    asToken: text('as_token'),
    hsToken: text('hs_token'),
    senderLocalpart,
    ...namespaces,
    isRateLimited: flag('rate_limited', true),
    protocols: Array.isArray(protocols) ? protocols.map(String) : [],
    receivesEphemeral:
      flag('receive_ephemeral', false) ||
      flag('push_ephemeral', false) ||
      flag('de.sorunome.msc2409.push_ephemeral', false),
    receivesDevices: flag('org.matrix.msc3202', false),
  };
  return problems.length === before ? registration : undefined;
}

type Complain = (key: string, problem: string, remedy: string) => undefined;

/** The address, without slashes at its end; `null` and the empty text stand for none. */
function urlOf({ url }: Readonly<Record<string, unknown>>, complain: Complain): string | undefined {
  if (url === null || url === '') return undefined;
  if (typeof url === 'string' && /^https?:\/\//.test(url) && URL.canParse(url)) {
    return url.replace(/\/+$/, '');
  }
  return complain(
    'url',
    url === undefined ? 'it is missing' : 'it is no address',
    'write http://HOST:PORT, or null for an application service that is told nothing',
  );
}

function namespacesOf(
  written: unknown,
  complain: Complain,
): Record<'users' | 'aliases' | 'rooms', readonly Namespace[]> {
  const parts = written ?? {};
  if (!isJsonObject(parts)) {
    complain('namespaces', 'it is no list of keys', 'write users, aliases and rooms below it');
    return { users: [], aliases: [], rooms: [] };
  }
  const read = (kind: string): Namespace[] => {
    const list: unknown = parts[kind] ?? [];
    if (Array.isArray(list)) {
      return list.flatMap(
        (entry, index) => namespaceOf(entry, `namespaces.${kind}[${index}]`, complain) ?? [],
      );
    }
    complain(`namespaces.${kind}`, 'it is no list', 'write a list of regex and exclusive');
    return [];
  };
  return { users: read('users'), aliases: read('aliases'), rooms: read('rooms') };
}

function namespaceOf(entry: unknown, key: string, complain: Complain): Namespace | undefined {
  if (!isJsonObject(entry)) return complain(key, 'it has no keys', 'write regex and exclusive');
  const { regex, exclusive } = entry;
  if (typeof exclusive !== 'boolean') {
    return complain(`${key}.exclusive`, 'it is neither true nor false', 'write true or false');
  }
  if (typeof regex !== 'string') return complain(`${key}.regex`, 'it is no text', 'write an expression');
  try {
    return { regex: new RegExp(`^(?:${regex})`), exclusive };
  } catch {
    return complain(`${key}.regex`, `${regex} is no regular expression`, 'correct it');
  }
}
