import { generateKeyPairSync } from 'node:crypto';
import { systemClock } from '../src/base/clock.ts';
import { createLogger } from '../src/base/logger.ts';
import { createRooms, type RoomsContext, type Viewer } from '../src/rooms/index.ts';
import { accountsForTests, type TestAccounts } from './accounts-for-tests.ts';
import { openTestStorage } from './storage-for-tests.ts';

/** The rooms with accounts and storage behind them, and nothing else: for tests that look inside. */
export interface TestRooms {
  /** Of the database. */
  readonly url: string;
  readonly rooms: RoomsContext;
  readonly accounts: TestAccounts;
  /** Registers a user. */
  user(name: string): Promise<Viewer>;
  close(): Promise<void>;
}

/** Opens rooms over an empty database. */
export async function openTestRooms(): Promise<TestRooms> {
  const { url, storage, close } = await openTestStorage();
  await storage.meta.getOrSet('server_name', 'test');
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
      profileOf: async () => ({}),
      exists: async (userId) => (await accounts.profiles.get(userId)) !== undefined,
    },
    roomSettings: accounts.roomSettings,
  });
  return {
    url,
    rooms,
    accounts,
    user: (name) => accounts.signUp(name),
    async close() {
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
