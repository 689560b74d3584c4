import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { ConfigurationProblem } from './configuration-error.ts';

/** A key of the file with its text, unparsed. */
export interface FileEntry {
  readonly key: string;
  /** File and line, for people. */
  readonly source: string;
  /** `undefined` when what stands there is neither a value nor a list of values. */
  readonly text: string | undefined;
}

/**
 * Reads the YAML of a configuration file: a flat map of keys to values or to lists of values. A list
 * becomes its values joined by commas; a key without a value is left out. Scalars keep the text they were
 * written with, so that `0123` stays a secret of four characters.
 */
export function readConfigurationFile(
  file: string,
  content: string,
): { entries: FileEntry[]; problems: ConfigurationProblem[] } {
  const lineCounter = new LineCounter();
  const document = parseDocument(content, { lineCounter, prettyErrors: false });
  const at = (offset: number): string => `${file}, line ${lineCounter.linePos(offset).line}`;

  const problems: ConfigurationProblem[] = document.errors.map((error) => ({
    key: 'YAML',
    source: at(error.pos[0]),
    problem: error.message.replace(/\.$/, ''),
    remedy: 'correct the line; the sample file shows how keys are written',
  }));
  if (problems.length > 0 || document.contents === null) return { entries: [], problems };
  if (!isMap(document.contents)) {
    const remedy = 'write one "key: value" a line';
    return {
      entries: [],
      problems: [{ key: 'YAML', source: file, problem: 'this is not a list of keys', remedy }],
    };
  }

  const entries: FileEntry[] = [];
  for (const { key, value } of document.contents.items) {
    const offset = isScalar(key) ? (key.range?.[0] ?? 0) : 0;
    const name = isScalar(key) ? String(key.value) : String(key);
    if (value === null || (isScalar(value) && value.value === null)) continue;
    entries.push({ key: name, source: at(offset), text: textOf(value) });
  }
  return { entries, problems: [] };
}

function textOf(node: unknown): string | undefined {
  if (isScalar(node)) return node.source ?? String(node.value);
  if (!isSeq(node)) return undefined;
  const parts = node.items.map((item) => (isScalar(item) ? (item.source ?? String(item.value)) : undefined));
  return parts.includes(undefined) ? undefined : parts.join(',');
}
