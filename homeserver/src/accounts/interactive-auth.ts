import { hash } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { randomOpaqueId } from '../base/ids.ts';
import { MatrixError } from '../protocol/errors.ts';
import type { Storage } from '../storage/index.ts';
import type { AccountSecret } from './account-secret.ts';

/** A stage: `m.login.password`, for instance. */
export type AuthStage = string;

/** The `auth` object of a request body: which stage is answered, and with what. */
export interface AuthAnswer {
  readonly type?: unknown;
  readonly session?: unknown;
  readonly [key: string]: unknown;
}

/** What a caller must show before an operation goes ahead. */
export interface AuthDemand {
  /** The operation with its parameters: stages completed for one operation count for no other. */
  readonly operation: string;
  /** One of these lists of stages must be completed. */
  readonly flows: readonly (readonly AuthStage[])[];
  /** What clients have to know of a stage, by stage. */
  readonly params?: Readonly<Record<AuthStage, object>>;
  /**
   * Checks the answer to a stage. What it returns is kept with the session; it must be short.
   * @throws {MatrixError} `M_FORBIDDEN` or `M_UNAUTHORIZED` if the answer is wrong.
   */
  readonly check: (stage: AuthStage, answer: AuthAnswer) => Promise<string>;
}

/** What has been shown: each completed stage with what its check returned. */
export interface AuthSession {
  readonly id: string;
  readonly completed: ReadonlyMap<AuthStage, string>;
}

interface OpenSession extends AuthSession {
  readonly completed: Map<AuthStage, string>;
}

const SESSION_LIFE_MS = 15 * 60_000;
const WRONG_ANSWER = ['M_FORBIDDEN', 'M_UNAUTHORIZED'];

/**
 * The 401 of user-interactive authentication: flows and session, and an errcode only when an answer was wrong
 * (clients show it to people).
 */
class AuthNeeded extends MatrixError {
  readonly #wrongAnswer: MatrixError | undefined;

  constructor(fields: Readonly<Record<string, unknown>>, wrongAnswer: MatrixError | undefined) {
    super(
      401,
      wrongAnswer?.errcode ?? 'M_UNAUTHORIZED',
      wrongAnswer?.message ?? 'More authentication is needed',
      fields,
    );
    this.#wrongAnswer = wrongAnswer;
  }

  override toJSON(): Record<string, unknown> {
    return this.#wrongAnswer === undefined ? { ...this.fields } : super.toJSON();
  }
}

/**
 * User-interactive authentication. A session that has expired or was opened for another operation is replaced by a new
 * one, so that a client only has to answer again.
 *
 * The ID of a session says, signed, until when it lives and for what: opening one, which anybody can, stores nothing.
 * Stored are completed stages, until the operation has succeeded.
 *
 * Source: Client-Server API v1.19, "User-Interactive Authentication API".
 */
export class InteractiveAuth {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #secret: AccountSecret;

  constructor(storage: Storage, clock: Clock, secret: AccountSecret) {
    this.#storage = storage;
    this.#clock = clock;
    this.#secret = secret;
  }

  /**
   * Goes through if, with this answer, one of the flows is complete. The caller ends the session with `finish` once
   * the operation has succeeded.
   * @throws {MatrixError} 401 that says which stages are left; what `check` throws, other than for a wrong answer.
   */
  async require(demand: AuthDemand, answer: AuthAnswer | undefined): Promise<AuthSession> {
    const session = await this.#open(demand, answer);
    if (answer?.type !== undefined) await this.#takeAnswer(demand, session, answer);
    if (demand.flows.some((flow) => flow.every((stage) => session.completed.has(stage)))) return session;
    throw needed(demand, session);
  }

  /** Ends a session: what it proved is used up. */
  async finish(session: AuthSession): Promise<void> {
    await this.#storage.authStages.end(session.id);
  }

  /** Takes a stage back whose proof has become worthless meanwhile. Returns the 401 to throw. */
  async revoke(
    demand: AuthDemand,
    { id, completed }: AuthSession,
    stage: AuthStage,
    reason: MatrixError,
  ): Promise<MatrixError> {
    await this.#storage.authStages.revoke(id, stage);
    const left = new Map([...completed].filter(([done]) => done !== stage));
    return needed(demand, { id, completed: left }, reason);
  }

  /**
   * Completes a stage outside the operation, on a page of its own.
   * @returns false if there is no such session, or no longer.
   */
  async complete(sessionId: string, stage: AuthStage, proof: string): Promise<boolean> {
    if (!(await this.isOpen(sessionId))) return false;
    await this.#store(sessionId, stage, proof);
    return true;
  }

  /** Whether this is the ID of a session, whatever it was opened for. */
  async isOpen(sessionId: string): Promise<boolean> {
    const [, expires = ''] = sessionId.split('.');
    return Number.parseInt(expires, 36) > this.#clock.now() && (await this.#isGenuine(sessionId));
  }

  #isGenuine(sessionId: string): Promise<boolean> {
    const [random = '', expires = '', operation = '', signature = ''] = sessionId.split('.');
    return this.#secret.verify('auth-session', `${random}.${expires}.${operation}`, signature);
  }

  async #takeAnswer(demand: AuthDemand, session: OpenSession, answer: AuthAnswer): Promise<void> {
    const stage = demand.flows.flat().find((offered) => offered === answer.type);
    if (stage === undefined) {
      throw needed(
        demand,
        session,
        new MatrixError(401, 'M_UNRECOGNIZED', 'This kind of authentication is not offered here'),
      );
    }
    const proof = await demand.check(stage, answer).catch((error: unknown) => {
      const isWrong = error instanceof MatrixError && WRONG_ANSWER.includes(error.errcode);
      throw isWrong ? needed(demand, session, error) : error;
    });
    session.completed.set(stage, proof);
    await this.#store(session.id, stage, proof);
  }

  async #store(sessionId: string, stage: AuthStage, proof: string): Promise<void> {
    const now = this.#clock.now();
    await this.#storage.authStages.complete(sessionId, { stage, proof }, now + SESSION_LIFE_MS, now);
  }

  /** The session that the answer names, or a new one. @throws {MatrixError} 400 `M_UNKNOWN`, as Synapse, if it never was one. */
  async #open(demand: AuthDemand, answer: AuthAnswer | undefined): Promise<OpenSession> {
    const operation = hash('sha256', demand.operation, 'base64url');
    const named = answer?.session;
    if (typeof named === 'string' && named.split('.')[2] === operation && (await this.isOpen(named))) {
      const stored = await this.#storage.authStages.of(named);
      const completed = new Map(stored.map(({ stage, proof }) => [stage, proof]));
      return { id: named, completed };
    }
    if (typeof named === 'string' && !(await this.#isGenuine(named))) {
      throw new MatrixError(400, 'M_UNKNOWN', 'This session of authentication is not known');
    }
    const expires = (this.#clock.now() + SESSION_LIFE_MS).toString(36);
    const signed = `${randomOpaqueId(16)}.${expires}.${operation}`;
    const id = `${signed}.${await this.#secret.sign('auth-session', signed)}`;
    return { id, completed: new Map() };
  }
}

function needed(demand: AuthDemand, session: AuthSession, wrongAnswer?: MatrixError): MatrixError {
  const completed = [...session.completed.keys()];
  return new AuthNeeded(
    {
      flows: demand.flows.map((stages) => ({ stages })),
      params: demand.params ?? {},
      session: session.id,
      ...(completed.length === 0 ? {} : { completed }),
    },
    wrongAnswer,
  );
}
