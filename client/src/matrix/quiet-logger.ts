import { type Logger, logger } from 'matrix-js-sdk/lib/logger.js';

const ignore = (): void => {};

/** The connection is on the screen already, whenever it is not there. */
function isConnectionError(message: unknown): boolean {
  return message instanceof Error && message.name === 'ConnectionError';
}

/** The SDK narrates all it does; the console of a browser is for what goes wrong. */
export const quietLogger: Logger = {
  trace: ignore,
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: (...messages: unknown[]) => {
    if (!messages.some(isConnectionError)) console.error(...messages);
  },
  getChild: () => quietLogger,
};

/** Quiets the parts of the SDK that do not use the logger they were given. */
export function quietGlobalLogger(): void {
  // A logger of the package loglevel, which the SDK's types do not say.
  if ('setLevel' in logger && typeof logger.setLevel === 'function') logger.setLevel('error', false);
}
