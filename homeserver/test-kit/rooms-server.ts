import { generateKeyPairSync } from 'node:crypto';
import { systemClock } from '../src/base/clock.ts';
import { createLogger } from '../src/base/logger.ts';
import { directoryEndpoints } from '../src/http/client-server/directory/index.ts';
import { roomEndpoints } from '../src/http/client-server/rooms/index.ts';
import { createRooms, type RoomsContext } from '../src/rooms/index.ts';
import { accountsForTests } from './accounts-for-tests.ts';
import { type Answer, ChatClient } from './chat-client.ts';
import { type EndpointServer, serveEndpoints } from './http-endpoints.ts';
import { openTestStorage } from './storage-for-tests.ts';

/** The rooms over HTTP with accounts and storage behind them, and nothing else: for tests that look inside. */
export interface RoomsServer {
  readonly rooms: RoomsContext;
  readonly http: EndpointServer;
  /** Registers a user whose name begins with this one. */
  user(name: string): Promise<ChatClient>;
  /** A request without an access token. */
  anonymous(method: string, path: string, body?: unknown): Promise<Answer>;
  close(): Promise<void>;
}

/** Starts a server on a free port over an empty database. */
export async function startRoomsServer(): Promise<RoomsServer> {
  const { storage, close } = await openTestStorage();
  await addSigningKey(storage);
  const accounts = accountsForTests(storage);
  const rooms = createRooms({
    storage,
    serverName: 'test',
    epoch: 'epoch',
    signingKeyId: 'ed25519:test',
    clock: systemClock,
    logger: createLogger({ level: 'silent' }),
    profiles: {
      async profileOf(userId) {
        const { displayname, avatar_url: avatarUrl } = (await accounts.profiles.get(userId)) ?? {};
        return {
          ...(displayname === undefined ? {} : { displayname }),
          ...(avatarUrl === undefined ? {} : { avatar_url: avatarUrl }),
        };
      },
      exists: async (userId) => (await accounts.profiles.get(userId)) !== undefined,
    },
  });
  const http = await serveEndpoints([...roomEndpoints, ...directoryEndpoints], {
    services: { accounts, rooms },
  });
  let users = 0;
  return {
    rooms,
    http,
    async user(name) {
      users += 1;
      const { userId, accessToken } = await accounts.signUp(`${name}-${users}`);
      return new ChatClient(userId, (method, path, body) =>
        http.request(method, `/_matrix/client${path}`, body, accessToken),
      );
    },
    async anonymous(method, path, body) {
      const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
      const response = await http.fetch(`/_matrix/client${path}`, init);
      return { status: response.status, body: (await response.json()) as Answer['body'] };
    },
    async close() {
      await http.close();
      await accounts.close();
      await close();
    },
  };
}

async function addSigningKey({ signingKeys }: RoomsContext['storage']): Promise<void> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const der = privateKey.export({ format: 'der', type: 'pkcs8' });
  await signingKeys.add({ keyId: 'ed25519:test', privateKey: der.toString('base64') }, 0);
}
