import type { Logger } from 'matrix-js-sdk/lib/logger.js';

const ignore = (): void => {};

/** The SDK narrates all it does; the console of a browser is for what goes wrong. */
export const quietLogger: Logger = {
  trace: ignore,
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: (...messages: unknown[]) => console.error(...messages),
  getChild: () => quietLogger,
};
