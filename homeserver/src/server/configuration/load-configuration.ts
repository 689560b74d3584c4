import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { S3Settings } from '../../storage/index.ts';
import { ConfigurationError, type ConfigurationProblem } from './configuration-error.ts';
import { environmentName, fileName, SETTINGS, type Setting } from './settings.ts';
import {
  CONFIG_VARIABLE,
  collectEnvironment,
  collectFile,
  type WrittenSettings,
} from './written-settings.ts';

type ValueOf<S> =
  S extends Setting<infer Value>
    ? S extends { readonly default: string }
      ? Value
      : Value | undefined
    : never;

type SettingValues = { readonly [Property in keyof typeof SETTINGS]: ValueOf<(typeof SETTINGS)[Property]> };

/** What the server runs with. Paths are absolute, sizes are bytes. */
export interface Configuration
  extends Omit<
    SettingValues,
    | 'tlsCert'
    | 'tlsKey'
    | 's3Endpoint'
    | 's3Region'
    | 's3AccessKey'
    | 's3SecretKey'
    | 's3PathStyle'
    | 'turnUris'
    | 'turnSecret'
    | 'liveKitUrl'
    | 'liveKitApiKey'
    | 'liveKitApiSecret'
  > {
  /** Given when the server is to speak HTTPS itself: two PEM files. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  /** How buckets of media are reached. */
  readonly s3: Omit<S3Settings, 'bucket' | 'prefix'>;
  /** Given when there are TURN servers. */
  readonly turn: { readonly uris: readonly string[]; readonly secret: string } | undefined;
  /** Given when there is a LiveKit server. */
  readonly liveKit: { readonly url: string; readonly apiKey: string; readonly apiSecret: string } | undefined;
  /** The file that was read, if there was one. */
  readonly configurationFile: string | undefined;
}

export interface ConfigurationSources {
  /** The command line's arguments, of which only `--config FILE` is looked at. */
  argv: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  /** Where relative paths of the arguments and the environment start. The process's unless given. */
  workingDirectory?: string;
  /** The content of a file, `undefined` when there is none. Reads the disk unless given. */
  readFile?: (path: string) => string | undefined;
}

/**
 * Reads the configuration: the file (`--config`, else `GUILDHALL_CONFIG`, else `homeserver.yaml` in the data
 * directory if it is there), environment variables over it, defaults below it. Relative paths in the file
 * start at the file's folder.
 *
 * @throws ConfigurationError naming everything that is wrong
 */
export function loadConfiguration(sources: ConfigurationSources): Configuration {
  const { argv, env, workingDirectory = process.cwd(), readFile = readFileIfThere } = sources;
  const problems: ConfigurationProblem[] = [];

  const fromEnvironment = collectEnvironment(env, workingDirectory, problems);
  const dataDirSoFar = fromEnvironment.get(SETTINGS.dataDir.name)?.text ?? SETTINGS.dataDir.default;
  const chosen = chooseFile(argv, env);
  const file = resolve(workingDirectory, chosen?.file ?? join(dataDirSoFar, 'homeserver.yaml'));
  const content = readFile(file);
  if (content === undefined && chosen) {
    const { key, source } = chosen;
    problems.push({ key, source, problem: `there is no file ${file}`, remedy: 'name a file that exists' });
  }
  const fromFile = content === undefined ? [] : collectFile(file, content, problems);
  const written: WrittenSettings = new Map([...fromFile, ...fromEnvironment]);
  if (!chosen) checkDataDirStays(written, resolve(workingDirectory, dataDirSoFar), problems);

  const configuration = interpret(written, workingDirectory, problems);
  if (problems.length > 0) throw new ConfigurationError(problems);
  return { ...configuration, configurationFile: content === undefined ? undefined : file };
}

function readFileIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The file that the operator names, if one is named. */
function chooseFile(
  argv: readonly string[],
  env: ConfigurationSources['env'],
): { file: string; key: string; source: string } | undefined {
  const index = argv.findIndex((argument) => /^--config(=|$)/.test(argument));
  const argument = argv[index];
  if (argument !== undefined) {
    const chosen = { key: '--config', source: 'command line' };
    const file = argument === '--config' ? argv[index + 1] : argument.slice('--config='.length);
    if (file) return { file, ...chosen };
    throw new ConfigurationError([{ ...chosen, problem: 'it names no file', remedy: 'write --config FILE' }]);
  }
  const file = env[CONFIG_VARIABLE];
  return file ? { file, key: CONFIG_VARIABLE, source: 'environment' } : undefined;
}

/** A file that was found in the data directory cannot say that the data are elsewhere. */
function checkDataDirStays(
  written: WrittenSettings,
  dataDir: string,
  problems: ConfigurationProblem[],
): void {
  const setting = written.get(SETTINGS.dataDir.name);
  if (!setting || resolve(setting.baseFolder, setting.text) === dataDir) return;
  problems.push({
    key: setting.key,
    source: setting.source,
    problem: `this file was found in the data directory ${dataDir} and names another one`,
    remedy: `remove it here and set ${environmentName(SETTINGS.dataDir.name)}, or name the file with --config`,
  });
}

function interpret(
  written: WrittenSettings,
  workingDirectory: string,
  problems: ConfigurationProblem[],
): Omit<Configuration, 'configurationFile'> {
  const read = <Value>(setting: Setting<Value>, defaultBase: string): Value | undefined => {
    const found = written.get(setting.name);
    if (!found)
      return setting.default === undefined ? undefined : setting.type.parse(setting.default, defaultBase);
    const value = setting.type.parse(found.text, found.baseFolder);
    if (value === undefined) {
      const problem = `${setting.secret ? 'its value' : JSON.stringify(found.text)} cannot be used`;
      const remedy = `write ${setting.type.expected}`;
      problems.push({ key: found.key, source: found.source, problem, remedy });
    }
    return value;
  };

  const dataDir = resolve(workingDirectory, read(SETTINGS.dataDir, workingDirectory) ?? '');
  const values: Record<string, unknown> = {};
  for (const [property, setting] of Object.entries(SETTINGS)) {
    values[property] = property === 'dataDir' ? dataDir : read<unknown>(setting, dataDir);
  }
  // Each property was read with the type of its own setting; what could not be read is among the problems.
  const { tlsCert, tlsKey, turnUris, turnSecret, liveKitUrl, liveKitApiKey, liveKitApiSecret, ...others } =
    values as SettingValues;
  const { s3Endpoint, s3Region, s3AccessKey, s3SecretKey, s3PathStyle, ...rest } = others;
  return {
    ...rest,
    liveKit: joinLiveKit(
      { url: liveKitUrl, apiKey: liveKitApiKey, apiSecret: liveKitApiSecret },
      written,
      problems,
    ),
    tls: pairTls(tlsCert, tlsKey, written, problems),
    s3: {
      endpoint: s3Endpoint,
      region: s3Region,
      pathStyle: s3PathStyle,
      keys: pairS3Keys(s3AccessKey, s3SecretKey, written, problems),
    },
    turn: pairTurn(turnUris, turnSecret, written, problems),
  };
}

function pairTls(
  certFile: string | undefined,
  keyFile: string | undefined,
  written: WrittenSettings,
  problems: ConfigurationProblem[],
): Configuration['tls'] {
  if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile };
  reportAlone([SETTINGS.tlsCert, SETTINGS.tlsKey], written, problems);
  return undefined;
}

function pairS3Keys(
  accessKey: string | undefined,
  secretKey: string | undefined,
  written: WrittenSettings,
  problems: ConfigurationProblem[],
): Configuration['s3']['keys'] {
  if (accessKey !== undefined && secretKey !== undefined) return { accessKey, secretKey };
  reportAlone([SETTINGS.s3AccessKey, SETTINGS.s3SecretKey], written, problems);
  return undefined;
}

function pairTurn(
  uris: readonly string[] | undefined,
  secret: string | undefined,
  written: WrittenSettings,
  problems: ConfigurationProblem[],
): Configuration['turn'] {
  if (uris !== undefined && uris.length > 0 && secret !== undefined) return { uris, secret };
  reportAlone([SETTINGS.turnUris, SETTINGS.turnSecret], written, problems);
  return undefined;
}

function joinLiveKit(
  {
    url,
    apiKey,
    apiSecret,
  }: { readonly [Key in keyof NonNullable<Configuration['liveKit']>]: string | undefined },
  written: WrittenSettings,
  problems: ConfigurationProblem[],
): Configuration['liveKit'] {
  if (url !== undefined && apiKey !== undefined && apiSecret !== undefined) return { url, apiKey, apiSecret };
  reportAlone([SETTINGS.liveKitUrl, SETTINGS.liveKitApiKey, SETTINGS.liveKitApiSecret], written, problems);
  return undefined;
}

/** Settings that go together: some without the others are a mistake. */
function reportAlone(
  together: readonly Setting<unknown>[],
  written: WrittenSettings,
  problems: ConfigurationProblem[],
): void {
  const alone = together.map(({ name }) => written.get(name)).find((found) => found !== undefined);
  if (alone === undefined) return;
  for (const { name } of together) {
    if (written.has(name)) continue;
    const missing = alone.source === 'environment' ? environmentName(name) : fileName(name);
    const remedy = `set ${missing} as well`;
    problems.push({ key: alone.key, source: alone.source, problem: `it needs ${missing} beside it`, remedy });
  }
}
