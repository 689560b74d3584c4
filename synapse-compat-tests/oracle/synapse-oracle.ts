import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { findSynapsePython } from '../../homeserver/bin/synapse.mjs';
import type { JsonObject, JsonValue } from '../../homeserver/src/protocol/canonical-json.ts';

/** What Synapse says about an event. `crash` is the Python exception, when its check failed by accident. */
export type SynapseVerdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly reason: string; readonly crash?: string };

/** What `event_form` answers; hashes in hexadecimal, JSON in its canonical form. */
export interface EventForm {
  readonly content_hash: string;
  readonly reference_hash: string;
  readonly event_id: string;
  readonly redacted: string;
  readonly signature: string;
}

/** What `judge` answers. */
export interface SynapseJudgement {
  /** The types and state keys that Synapse would select, sorted; null for events that are malformed. */
  readonly selection: [string, JsonValue][] | null;
  readonly by_cited: SynapseVerdict;
  readonly by_state: SynapseVerdict;
}

/** An entry of a state: type, state key, event ID. */
export type StateEntry = readonly [type: string, stateKey: string, eventId: string];

interface Answer {
  readonly ok?: unknown;
  readonly error?: string;
}

/** Synapse's own modules, in a Python process that answers questions (see `oracle.py`). */
export class SynapseOracle {
  readonly #process: ChildProcess;
  readonly #waiting: { resolve(answer: unknown): void; reject(error: Error): void }[] = [];
  #end: Error | undefined;

  private constructor(python: string) {
    const script = fileURLToPath(new URL('./oracle.py', import.meta.url));
    const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#process = child;
    child.on('error', (error) => this.#finish(error));
    child.on('exit', (code, signal) => this.#finish(new Error(`oracle.py ended: ${signal ?? code}`)));
    child.stdin.on('error', (error) => this.#finish(error));
    createInterface({ input: child.stdout }).on('line', (line) => this.#receive(JSON.parse(line)));
  }

  /**
   * Starts the process.
   * @throws {Error} if Synapse is not installed.
   */
  static start(): SynapseOracle {
    const python = findSynapsePython();
    if (python === undefined) throw new Error('No Synapse: run "npm run services -- install"');
    return new SynapseOracle(python);
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    if (this.#end !== undefined) return;
    this.#process.stdin?.end();
    await once(this.#process, 'exit');
  }

  /** For instance `1.157.0`. */
  version(): Promise<string> {
    return this.#ask({ ask: 'synapse_version' });
  }

  /**
   * The canonical form of JSON text.
   * @param strict as from room version 6 on.
   * @throws {Error} if it has none.
   */
  canonicalJson(text: string, strict: boolean): Promise<string> {
    return this.#ask({ ask: 'canonical_json', text, strict });
  }

  /** All that is computed from an event alone. */
  eventForm(version: string, event: JsonObject, seed: Uint8Array): Promise<EventForm> {
    const base64 = Buffer.from(seed).toString('base64');
    return this.#ask({ ask: 'event_form', version, event, seed: base64 });
  }

  /**
   * Whether an event is allowed, by the events that it cites and by a state.
   * @param room `cited` are further events that `auth_events` may name, `rejected` the IDs of rejected ones.
   */
  judge(
    version: string,
    event: JsonObject,
    room: { state: JsonObject[]; cited: JsonObject[]; rejected: string[] },
  ): Promise<SynapseJudgement> {
    return this.#ask({ ask: 'judge', version, event, ...room });
  }

  /** The state in which states meet, sorted. */
  resolve(
    version: string,
    events: readonly JsonObject[],
    states: readonly (readonly StateEntry[])[],
    rejected: readonly string[],
  ): Promise<StateEntry[]> {
    return this.#ask({ ask: 'resolve', version, events, states, rejected } as unknown as JsonObject);
  }

  #ask<T>(question: Record<string, JsonValue>): Promise<T> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    this.#process.stdin?.write(`${JSON.stringify(question)}\n`);
    return new Promise<unknown>((resolve, reject) => this.#waiting.push({ resolve, reject })) as Promise<T>;
  }

  #receive({ ok, error }: Answer): void {
    const asker = this.#waiting.shift();
    if (error === undefined) asker?.resolve(ok);
    else asker?.reject(new Error(`Synapse: ${error}`));
  }

  #finish(error: Error): void {
    this.#end ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
