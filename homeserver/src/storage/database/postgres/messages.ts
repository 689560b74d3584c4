import type { Invalidation } from '../unit-of-work.ts';

/** PostgreSQL takes less than 8,000 bytes. */
const MOST_BYTES = 7_900;
/** For the kind, the process and a position. */
const HEAD_BYTES = 64;

/** What processes tell each other through `NOTIFY`. */
export type ProcessMessage =
  | {
      readonly kind: 'commit';
      readonly from: string;
      /** The newest position of the log; 0 when none was written. */
      readonly newest: number;
      readonly invalidations: readonly Invalidation[];
    }
  | { readonly kind: 'broadcast'; readonly from: string; readonly topic: string; readonly text: string };

/** Reads a message; undefined for what was written by another version. */
export function parseMessage(payload: string): ProcessMessage | undefined {
  const match = /^(?<kind>[cb]) (?<from>\w+) (?<head>\S+) (?<rest>.*)$/su.exec(payload)?.groups;
  const { kind, from = '', head = '', rest = '' } = match ?? {};
  if (kind === 'b') return { kind: 'broadcast', from, topic: head, text: rest };
  if (kind !== 'c') return undefined;
  const pairs = JSON.parse(rest) as [Invalidation['cache'], string][];
  const invalidations = pairs.map(([cache, key]) => ({ cache, key }));
  return { kind: 'commit', from, newest: Number(head), invalidations };
}

/** A broadcast as it is sent; undefined if it is too long. */
export function formatBroadcast(from: string, topic: string, text: string): string | undefined {
  const payload = `b ${from} ${topic} ${text}`;
  return Buffer.byteLength(payload) > MOST_BYTES ? undefined : payload;
}

/** What stands before and after the position in a message of a commit. */
export interface CommitMessage {
  readonly before: string;
  readonly after: string;
}

/** The messages of a commit: one, or as many as its invalidations need. */
export function formatCommit(from: string, invalidations: readonly Invalidation[]): CommitMessage[] {
  const chunks: string[][] = [[]];
  let bytes = 0;
  for (const text of new Set(invalidations.map(({ cache, key }) => JSON.stringify([cache, key])))) {
    bytes += Buffer.byteLength(text) + 1;
    if (bytes > MOST_BYTES - HEAD_BYTES) {
      chunks.push([]);
      bytes = Buffer.byteLength(text) + 1;
    }
    chunks.at(-1)?.push(text);
  }
  return chunks.map((chunk) => ({ before: `c ${from} `, after: ` [${chunk.join()}]` }));
}
