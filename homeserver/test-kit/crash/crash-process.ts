import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./crash-server.ts', import.meta.url));

/**
 * What the process is told: to take in an event of another server, or the room that it begins, or to let the first of
 * its users into that without asking there. Events are JSON.
 */
export type CrashRequest = { readonly id: number; readonly roomId: string } & (
  | { readonly kind: 'receive'; readonly event: string }
  | { readonly kind: 'adopt'; readonly event: string; readonly eventId: string; readonly roomVersion: string }
  | { readonly kind: 'join'; readonly userId: string }
);

/** What it says as soon as it answers requests. */
export interface CrashReady {
  readonly url: string;
  readonly firstAdminToken: string | undefined;
}

/** What it answers. */
export type CrashAnswer = { readonly id: number } & (
  | { readonly outcome: string }
  | { readonly error: string }
);

type Question = CrashRequest extends infer R ? (R extends CrashRequest ? Omit<R, 'id'> : never) : never;

/** A server in a process that is going to be killed. */
export class CrashProcess {
  readonly url: string;
  readonly firstAdminToken: string | undefined;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: CrashAnswer | undefined) => void>();
  #lastId = 0;
  /** It was killed, or is about to be. */
  isGone = false;

  private constructor(child: ChildProcess, { url, firstAdminToken }: CrashReady) {
    this.#child = child;
    this.url = url;
    this.firstAdminToken = firstAdminToken;
    child.on('message', (answer: CrashAnswer) => {
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
    child.on('exit', () => {
      this.isGone = true;
      for (const resolve of this.#waiting.values()) resolve(undefined);
    });
  }

  /** Starts it, and waits until it answers. @param configuration keys without `GUILDHALL_`. */
  static async start(configuration: Readonly<Record<string, string>>): Promise<CrashProcess> {
    const settings = {
      SERVER_NAME: 'hs.test',
      REGISTRATION: 'open',
      RATE_LIMITS: 'off',
      // The other server is played by the test, which has no address.
      FEDERATION: 'off',
      PORT: '0',
      ...configuration,
    };
    const entries = Object.entries(settings).map(([key, value]) => [`GUILDHALL_${key}`, value]);
    const child = fork(PROGRAM, { env: { ...process.env, ...Object.fromEntries(entries) }, execArgv: [] });
    const ended = once(child, 'exit').then(() => undefined);
    const first = await Promise.race([once(child, 'message'), ended]);
    if (first === undefined)
      throw new Error(`the server ended with code ${child.exitCode} before it was ready`);
    return new CrashProcess(child, first[0] as CrashReady);
  }

  /** Asks the process. @returns undefined when it was killed before it answered. */
  async ask(question: Question): Promise<string | undefined> {
    if (this.isGone) return undefined;
    this.#lastId += 1;
    const id = this.#lastId;
    const answer = await new Promise<CrashAnswer | undefined>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child.send({ id, ...question }, () => {});
    });
    if (answer !== undefined && 'error' in answer) throw new Error(answer.error);
    return answer?.outcome;
  }

  /** `kill -9`; resolves when nothing is left of it. */
  async kill(): Promise<void> {
    this.isGone = true;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
