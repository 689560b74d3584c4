import { type Answer, ChatClient } from './chat-client.ts';
import { type TestConfiguration, TestServer, type TestServerOptions } from './test-server.ts';
import { request, TestUser } from './test-user.ts';

/** A server called `test`, for tests of what comes before rooms: accounts and sessions. */
export interface AccountsServer {
  /** Where it listens, without a slash at the end. */
  readonly url: string;
  /** The token with which the first admin registers. */
  readonly firstAdminToken: string | undefined;
  /** Registers a user of this name, which must be new; the password is `password of NAME`. */
  user(name: string): Promise<AccountClient>;
  /** Logs in; `body` replaces parts of the request. */
  login(name: string, body?: Readonly<Record<string, unknown>>): Promise<AccountClient>;
  /** The client of a session, as `/login` and `/register` answer it. */
  client(session: Answer['body']): AccountClient;
  /** A request without an access token; paths begin after `/_matrix/client`. */
  anonymous(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Any request; paths are whole. */
  request(method: string, path: string, body?: unknown, token?: string): Promise<Answer>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A client that knows its session. */
export class AccountClient extends ChatClient {
  readonly accessToken: string;
  readonly deviceId: string;

  constructor(user: TestUser) {
    super(user.userId, (method, path, body) => user.request(method, `/_matrix/client${path}`, body));
    this.accessToken = user.accessToken;
    this.deviceId = user.deviceId;
  }
}

/** Starts a server on an empty database. Stop it after the test. */
export async function startAccountsServer(
  configuration: TestConfiguration = {},
  options: TestServerOptions = {},
): Promise<AccountsServer> {
  const server = await TestServer.start({ SERVER_NAME: 'test', ...configuration }, options);
  const anonymous: AccountsServer['anonymous'] = (method, path, body) =>
    server.request(method, `/_matrix/client${path}`, body);
  const client: AccountsServer['client'] = ({ user_id: userId, device_id: deviceId, access_token: token }) =>
    new AccountClient(new TestUser(() => server.url, String(userId), String(deviceId), String(token)));
  return {
    get url() {
      return server.url;
    },
    firstAdminToken: server.firstAdminToken,
    anonymous,
    user: async (name) => new AccountClient(await server.register(name)),
    async login(name, body = {}) {
      const { status, body: session } = await anonymous('POST', '/v3/login', {
        type: 'm.login.password',
        identifier: { type: 'm.id.user', user: name },
        password: `password of ${name}`,
        ...body,
      });
      if (status !== 200) throw new Error(`${name} could not log in: ${JSON.stringify(session)}`);
      return client(session);
    },
    client,
    request: (method, path, body, token) => request(server.url, method, path, { body, token }),
    restart: () => server.restart(),
    stop: () => server.stop(),
  };
}
