import { dirname } from 'node:path';
import type { ConfigurationProblem } from './configuration-error.ts';
import { readConfigurationFile } from './configuration-file.ts';
import { nearestName } from './nearest-name.ts';
import { ALL_SETTINGS, environmentName, fileName, LATER_SETTINGS, type Setting } from './settings.ts';

/** A setting as it was written, before it is understood. */
export interface WrittenSetting {
  /** The key as it is spelt where it stands. */
  readonly key: string;
  /** `environment`, or a file with its line. */
  readonly source: string;
  readonly text: string;
  /** Where relative paths start. */
  readonly baseFolder: string;
}

/** Settings by their names in the table. */
export type WrittenSettings = ReadonlyMap<string, WrittenSetting>;

export const CONFIG_VARIABLE = environmentName('CONFIG');
const PREFIX = environmentName('');
/** The test suites' own variables: a server started by a test inherits them. */
const TEST_PREFIX = environmentName('TEST_');

/** The settings of the environment. A variable that is empty is one that is not set. */
export function collectEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  workingDirectory: string,
  problems: ConfigurationProblem[],
): WrittenSettings {
  const collected = new Map<string, WrittenSetting>();
  for (const [key, text] of Object.entries(env)) {
    if (!text || !key.startsWith(PREFIX) || key === CONFIG_VARIABLE || key.startsWith(TEST_PREFIX)) continue;
    const source = 'environment';
    const setting = findSetting(key, source, environmentName, problems);
    if (setting) collected.set(setting.name, { key, source, text, baseFolder: workingDirectory });
  }
  return collected;
}

/** The settings of a file. */
export function collectFile(
  file: string,
  content: string,
  problems: ConfigurationProblem[],
): WrittenSettings {
  const { entries, problems: fileProblems } = readConfigurationFile(file, content);
  problems.push(...fileProblems);
  const collected = new Map<string, WrittenSetting>();
  for (const { key, source, text } of entries) {
    const setting = findSetting(key, source, fileName, problems);
    if (!setting) continue;
    if (text === undefined) {
      const remedy = `write ${setting.type.expected}`;
      problems.push({ key, source, problem: 'this is not a value', remedy });
    } else {
      collected.set(setting.name, { key, source, text, baseFolder: dirname(file) });
    }
  }
  return collected;
}

/** The setting that a key means where keys are spelt as `spell` does, or a problem that says what to write. */
function findSetting(
  key: string,
  source: string,
  spell: (name: string) => string,
  problems: ConfigurationProblem[],
): Setting<unknown> | undefined {
  const found = ALL_SETTINGS.find((setting) => spell(setting.name) === key);
  if (found) return found;
  if (LATER_SETTINGS.some((later) => spell(later.name) === key)) {
    problems.push({ key, source, problem: 'this is not supported yet in this version', remedy: 'remove it' });
    return undefined;
  }
  const bareKey = key.replace(/^guildhall_/i, '');
  const neighbour = nearestName(
    bareKey,
    ALL_SETTINGS.map((setting) => setting.name),
  );
  const remedy = `remove it, or write ${neighbour === undefined ? 'another' : spell(neighbour)} if that was meant`;
  problems.push({ key, source, problem: 'there is no such key', remedy });
  return undefined;
}
