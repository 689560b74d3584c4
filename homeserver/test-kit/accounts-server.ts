import type { AccountsOptions } from '../src/accounts/index.ts';
import { ROUTES } from '../src/http/routes.ts';
import { type RoomRow, type Storage, UnitOfWork } from '../src/storage/index.ts';
import { accountsForTests, type SignedUp, type TestAccounts } from './accounts-for-tests.ts';
import { type Answer, ChatClient } from './chat-client.ts';
import { type EndpointServer, serveEndpoints } from './http-endpoints.ts';
import { openTestStorage } from './storage-for-tests.ts';

/** Accounts over HTTP, with storage behind them, and nothing else. */
export interface AccountsServer {
  readonly accounts: TestAccounts;
  readonly storage: Storage;
  readonly http: EndpointServer;
  /** Registers a user of this name, which must be new. */
  user(name: string): Promise<AccountClient>;
  /** Logs in; the password is `password of NAME` unless given. */
  login(name: string, body?: Readonly<Record<string, unknown>>): Promise<AccountClient>;
  /** A request without an access token; paths begin after `/_matrix/client`. */
  anonymous(method: string, path: string, body?: unknown): Promise<Answer>;
  close(): Promise<void>;
}

/** A client that knows its session. */
export class AccountClient extends ChatClient {
  readonly accessToken: string;
  readonly deviceId: string;

  constructor(http: EndpointServer, session: Pick<SignedUp, 'userId' | 'deviceId' | 'accessToken'>) {
    const { userId, deviceId, accessToken } = session;
    super(userId, (method, path, body) => http.request(method, `/_matrix/client${path}`, body, accessToken));
    this.accessToken = accessToken;
    this.deviceId = deviceId;
  }
}

/** Starts a server on a free port over an empty database. */
export async function startAccountsServer(
  options: Partial<AccountsOptions> & { rateLimits?: boolean } = {},
): Promise<AccountsServer> {
  const { storage, close } = await openTestStorage();
  const { rateLimits = false, ...accountsOptions } = options;
  const accounts = accountsForTests(storage, accountsOptions);
  const http = await serveEndpoints(ROUTES, { rateLimits, services: { accounts } });
  const anonymous: AccountsServer['anonymous'] = async (method, path, body) => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await http.fetch(`/_matrix/client${path}`, init);
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  };
  return {
    accounts,
    storage,
    http,
    anonymous,
    user: async (name) => new AccountClient(http, await accounts.signUp(name)),
    async login(name, body = {}) {
      const { status, body: session } = await anonymous('POST', '/v3/login', {
        type: 'm.login.password',
        identifier: { type: 'm.id.user', user: name },
        password: `password of ${name}`,
        ...body,
      });
      if (status !== 200) throw new Error(`${name} could not log in: ${JSON.stringify(session)}`);
      return new AccountClient(http, {
        userId: String(session.user_id),
        deviceId: String(session.device_id),
        accessToken: String(session.access_token),
      });
    },
    async close() {
      await http.close();
      await accounts.close();
      await close();
    },
  };
}

/** A room that account data can belong to, with nothing in it. */
export async function addBareRoom(storage: Storage, nid: number, roomId: string): Promise<void> {
  const room: RoomRow = {
    nid,
    roomId,
    roomVersion: '12',
    version: 1,
    extremities: [],
    depth: 1,
    snapshotNid: 1,
    roomType: null,
    listed: false,
  };
  const unit = new UnitOfWork();
  storage.rooms.insert(unit, room);
  await storage.database.commit(unit);
}
