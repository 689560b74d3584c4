/** The ordered log as readers see it: positions, tokens, and who is woken when something arrives. */
export { type Broadcasts, broadcastsThrough } from './broadcasts.ts';
export type { Interest } from './interest.ts';
export { type LocalJoined, type Notifier, type NotifierOptions, openNotifier } from './notifier.ts';
export { OutboxReader, type OutboxReaderOptions } from './outbox-reader.ts';
export { formatStreamToken, parseStreamToken, type StreamToken } from './sync-token.ts';
