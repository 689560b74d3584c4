import type { TestResponse, TestUser } from './test-user.ts';

type Body = TestResponse['body'];

const UNSTABLE = '/_matrix/client/unstable/org.matrix.simplified_msc3575/sync';

/** A client with a sliding sync of the unstable dialect: each request goes on from where the one before it ended. */
export class SlidingSession {
  readonly user: TestUser;
  readonly #request: object;
  pos: string | undefined;

  /** @param request what every request has in its body. */
  constructor(user: TestUser, request: object = {}) {
    this.user = user;
    this.#request = request;
  }

  /** The next response; it does not wait unless told to. `changes` replaces parts of the body. */
  async next(changes: object = {}, timeoutMs = 0): Promise<Body> {
    const query = new URLSearchParams({ timeout: String(timeoutMs), set_presence: 'offline' });
    if (this.pos !== undefined) query.set('pos', this.pos);
    const body = await this.user.ok('POST', `${UNSTABLE}?${query}`, { ...this.#request, ...changes });
    this.pos = body.pos;
    return body;
  }

  /** Status and errcode of the next request, which is refused. */
  async refusal(changes: object = {}): Promise<string> {
    const query = new URLSearchParams(this.pos === undefined ? {} : { pos: this.pos });
    const path = `${UNSTABLE}?${query}`;
    const { status, body } = await this.user.request('POST', path, { ...this.#request, ...changes });
    return `${status} ${body.errcode}`;
  }
}

/** A request with one list, called `all`. */
export function oneList(list: object): { lists: { all: object } } {
  return { lists: { all: { ranges: [[0, 19]], timeline_limit: 3, required_state: [], ...list } } };
}
