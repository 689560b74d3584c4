import type { CounterName } from '../database.ts';
import type { LogEntry, RoomHeadChange, RowValue } from '../unit-of-work.ts';

/** A statement on its way to the writer thread: the number of a prepared text, and its values. */
export interface WireStatement {
  readonly text: number;
  readonly values: readonly RowValue[];
  readonly expectRows?: number;
}

/** A unit on its way to the writer thread. */
export interface WireUnit {
  readonly heads: readonly RoomHeadChange[];
  readonly statements: readonly WireStatement[];
  readonly log: readonly LogEntry[];
}

/** What the writer thread is asked. */
export type WriterRequest =
  | {
      readonly id: number;
      readonly kind: 'write';
      readonly texts: readonly string[];
      readonly units: readonly WireUnit[];
    }
  | { readonly id: number; readonly kind: 'reserve'; readonly counter: CounterName; readonly count: number }
  | { readonly id: number; readonly kind: 'close' };

/** What became of a unit; errors cross threads as their kind and message. */
export type WireOutcome =
  | { readonly positions: readonly number[] }
  | { readonly error: string; readonly kind: 'conflict' | 'expectation' | 'other' };

/** What the writer thread answers. */
export type WriterResponse =
  | { readonly id: number; readonly outcomes: readonly WireOutcome[] }
  | { readonly id: number; readonly first: number }
  | { readonly id: number; readonly closed: true }
  | { readonly id: number; readonly failed: string };

/** What the writer thread is started with. */
export interface WriterOptions {
  readonly path: string;
  readonly synchronous: 'full' | 'normal';
}
