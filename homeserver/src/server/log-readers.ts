import type { Clock } from '../base/clock.ts';
import type { Lifecycle } from '../base/lifecycle.ts';
import type { Logger } from '../base/logger.ts';
import type { Storage } from '../storage/index.ts';
import { type Notifier, OutboxReader, type OutboxReaderOptions } from '../stream/index.ts';

/** Who does something for the rows of the log, beside what clients are told. */
export type LogReader = Pick<OutboxReaderOptions, 'name' | 'begin' | 'gatherMs' | 'handle'>;

/** Lets readers of the log begin where they were, until the server stops. */
export async function startLogReaders(
  options: {
    readonly storage: Storage;
    readonly tail: Notifier;
    readonly clock: Clock;
    readonly logger: Logger;
  },
  lifecycle: Lifecycle,
  readers: readonly LogReader[],
): Promise<void> {
  for (const reader of readers) {
    const started = new OutboxReader({ ...options, ...reader });
    lifecycle.onStop(`reader ${reader.name}`, () => started.stop());
    await started.start();
  }
}
