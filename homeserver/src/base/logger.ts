/** What a line says beside its message. An `Error` is written with its stack and its causes. */
export type LogFields = Readonly<Record<string, unknown>>;

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** The least level that is written; `silent` writes nothing. */
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The same logger, saying `fields` on each of its lines. */
  child(fields: LogFields): Logger;
  /** Whether lines of the level are written: for fields that are costly to gather. */
  writes(level: Exclude<LogLevel, 'silent'>): boolean;
}

export interface LoggerOptions {
  level: LogLevel;
  /** Takes one finished line, with its line break. Standard error unless given. */
  write?: (line: string) => void;
  /** `json`: one object a line; `text`: for people. Unless given, `text` when standard error is a terminal. */
  format?: 'json' | 'text';
  /** Milliseconds since the Unix epoch. */
  now?: () => number;
}

type WrittenLevel = Exclude<LogLevel, 'silent'>;
type LineFormat = (time: string, level: WrittenLevel, message: string, fields: LogFields) => string;

/** A logger that writes whole lines. A level that is off costs one empty call. */
export function createLogger(options: LoggerOptions): Logger {
  const write = options.write ?? ((line: string) => void process.stderr.write(line));
  const format = options.format ?? (process.stderr.isTTY ? 'text' : 'json');
  const now = options.now ?? Date.now;
  const lineFormat = format === 'text' ? formatText : formatJson;
  return buildLogger(options.level, {}, (level, message, fields) => {
    write(lineFormat(new Date(now()).toISOString(), level, message, fields));
  });
}

function buildLogger(
  least: LogLevel,
  bound: LogFields,
  emit: (level: WrittenLevel, message: string, fields: LogFields) => void,
): Logger {
  const writes = (level: WrittenLevel): boolean => LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(least);
  const at = (level: WrittenLevel): Logger[WrittenLevel] =>
    writes(level)
      ? (message, fields) => emit(level, message, fields ? { ...bound, ...fields } : bound)
      : ignore;
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => buildLogger(least, { ...bound, ...fields }, emit),
    writes,
  };
}

function ignore(): void {}

const formatJson: LineFormat = (time, level, message, fields) =>
  `${stringify({ time, level, message, ...fields })}\n`;

const formatText: LineFormat = (time, level, message, fields) => {
  let line = `${time.slice(11, 23)} ${level.toUpperCase().padEnd(5)} ${escapeControls(message)}`;
  let details = '';
  for (const [key, value] of Object.entries(fields)) {
    if (value instanceof Error) {
      line += ` ${key}=${stringify(value.message)}`;
      details += `\n${describeError(value)}`;
    } else if (value !== undefined) {
      line += ` ${key}=${typeof value === 'string' && /^[\w:/.@!#$+-]+$/.test(value) ? value : stringify(value)}`;
    }
  }
  return `${line}${details.replaceAll('\n', '\n    ')}\n`;
};

/** JSON of anything: what JSON cannot say becomes text, so that a log line never throws. */
function stringify(value: unknown): string {
  const replace = (_key: string, nested: unknown): unknown => {
    if (nested instanceof Error) return describeError(nested);
    if (typeof nested === 'bigint') return nested.toString();
    return nested;
  };
  try {
    return JSON.stringify(value, replace) ?? String(value);
  } catch {
    return JSON.stringify(String(value));
  }
}

function describeError(error: Error): string {
  const own = error.stack ?? `${error.name}: ${error.message}`;
  if (error.cause === undefined) return own;
  return `${own}\ncaused by ${error.cause instanceof Error ? describeError(error.cause) : stringify(error.cause)}`;
}

/** A message that carries foreign text must not be able to start a line of its own. */
function escapeControls(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
}
