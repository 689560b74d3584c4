import { hash } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { randomOpaqueId } from '../base/ids.ts';
import { RecentMap } from '../base/recent-map.ts';
import { MatrixError } from '../protocol/errors.ts';

export type AuthStage = 'm.login.dummy' | 'm.login.password' | 'm.login.registration_token';

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
  /**
   * Checks the answer to a stage. What it returns is kept with the session; it must be short.
   * @throws {MatrixError} `M_FORBIDDEN` if the answer is wrong.
   */
  readonly check: (stage: AuthStage, answer: AuthAnswer) => Promise<string>;
}

/** What has been shown: each completed stage with what its check returned. */
export interface AuthSession {
  readonly id: string;
  readonly completed: ReadonlyMap<AuthStage, string>;
}

interface OpenSession extends AuthSession {
  readonly operationHash: string;
  readonly expiresTs: number;
  readonly completed: Map<AuthStage, string>;
}

/** Anybody can open sessions. */
const MAX_SESSIONS = 10_000;
const SESSION_LIFE_MS = 15 * 60_000;

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
 * User-interactive authentication. A session that is unknown, expired or opened for another operation is replaced by
 * a new one, so that a client only has to answer again.
 *
 * Source: Client-Server API v1.19, "User-Interactive Authentication API".
 */
export class InteractiveAuth {
  readonly #clock: Clock;
  readonly #sessions = new RecentMap<string, OpenSession>(MAX_SESSIONS);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Goes through if, with this answer, one of the flows is complete. The caller ends the session with `finish` once
   * the operation has succeeded.
   * @throws {MatrixError} 401 that says which stages are left; what `check` throws, other than `M_FORBIDDEN`.
   */
  async require(demand: AuthDemand, answer: AuthAnswer | undefined): Promise<AuthSession> {
    const session = this.#find(demand, answer) ?? this.#open(demand);
    if (answer?.type !== undefined) await this.#takeAnswer(demand, session, answer);
    if (demand.flows.some((flow) => flow.every((stage) => session.completed.has(stage)))) return session;
    throw needed(demand, session);
  }

  /** Ends a session: what it proved is used up. */
  finish(session: AuthSession): void {
    this.#sessions.delete(session.id);
  }

  /** Takes a stage back whose proof has become worthless meanwhile. Returns the 401 to throw. */
  revoke(demand: AuthDemand, { id }: AuthSession, stage: AuthStage, reason: MatrixError): MatrixError {
    const session = this.#sessions.get(id) ?? this.#open(demand);
    session.completed.delete(stage);
    return needed(demand, session, reason);
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
    try {
      session.completed.set(stage, await demand.check(stage, answer));
    } catch (error) {
      if (error instanceof MatrixError && error.errcode === 'M_FORBIDDEN')
        throw needed(demand, session, error);
      throw error;
    }
  }

  #find(demand: AuthDemand, answer: AuthAnswer | undefined): OpenSession | undefined {
    const session = typeof answer?.session === 'string' ? this.#sessions.get(answer.session) : undefined;
    if (session === undefined || session.expiresTs <= this.#clock.now()) return undefined;
    return session.operationHash === hashOf(demand.operation) ? session : undefined;
  }

  #open(demand: AuthDemand): OpenSession {
    const session: OpenSession = {
      id: randomOpaqueId(24),
      operationHash: hashOf(demand.operation),
      expiresTs: this.#clock.now() + SESSION_LIFE_MS,
      completed: new Map(),
    };
    this.#sessions.set(session.id, session);
    return session;
  }
}

function hashOf(operation: string): string {
  return hash('sha256', operation, 'base64url');
}

function needed(demand: AuthDemand, session: AuthSession, wrongAnswer?: MatrixError): MatrixError {
  const completed = [...session.completed.keys()];
  return new AuthNeeded(
    {
      flows: demand.flows.map((stages) => ({ stages })),
      params: {},
      session: session.id,
      ...(completed.length === 0 ? {} : { completed }),
    },
    wrongAnswer,
  );
}
