import { SynapseServer } from '../../homeserver/test-kit/synapse-server.ts';
import { TestServer } from '../../homeserver/test-kit/test-server.ts';

/** The name of both servers, so that the same people have the same IDs on both. */
const SERVER_NAME = 'compat.test';
/** With which both register admins. */
export const SHARED_SECRET = 'for the comparison';

/** Guildhall and Synapse, which have to answer the same. */
export interface Servers {
  readonly guildhall: string;
  readonly synapse: string;
}

let running: Promise<Servers & { stop(): Promise<void> }> | undefined;

/** Starts both with the first test that asks, and gives the same to all others. */
export function startServers(): Promise<Servers> {
  running ??= start();
  return running;
}

/** Ends both, if they were started. */
export async function stopServers(): Promise<void> {
  await (await running?.catch(() => undefined))?.stop();
  running = undefined;
}

async function start(): Promise<Servers & { stop(): Promise<void> }> {
  const synapse = await SynapseServer.start({
    serverName: SERVER_NAME,
    resources: ['client', 'media'],
    configuration: SYNAPSE_CONFIGURATION,
  });
  const guildhall = await TestServer.start({
    SERVER_NAME,
    REGISTRATION_SHARED_SECRET: SHARED_SECRET,
    MAX_UPLOAD: '1M',
  });
  return {
    guildhall: guildhall.url,
    synapse: synapse.url,
    async stop() {
      await guildhall.stop();
      await synapse.stop();
    },
  };
}

/** What a server may choose, and Guildhall chooses. */
const SYNAPSE_CONFIGURATION = {
  registration_shared_secret: SHARED_SECRET,
  max_upload_size: '1M',
  dynamic_thumbnails: true,
  allow_public_rooms_without_auth: true,
  // Without the push rules that the specification took away in v1.17.
  experimental_features: { msc4210_enabled: true },
  user_directory: { search_all_users: false },
};
