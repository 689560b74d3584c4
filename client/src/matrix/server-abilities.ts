import type { MatrixClient } from 'matrix-js-sdk';

/** What our server is, as far as views have to know. */
export interface ServerAbilities {
  /** The end of its users' IDs. */
  readonly name: string;
  /** Whether it has guilds, with members who are in all channels, and invite links (docs/guildhall-api.md). */
  readonly hasGuilds: boolean;
}

/** What servers say in `/_matrix/client/versions` that have the guildhall API. */
const guildsFeature = 'io.guildhall.guilds';

/** What is taken for true until the server was asked. */
export function presumeAbilities(client: MatrixClient): ServerAbilities {
  return { name: client.getDomain() ?? '', hasGuilds: true };
}

/** Asks the server what it has beyond Matrix; the SDK keeps the answer. Rejects when there is none. */
export async function probeServer(client: MatrixClient): Promise<ServerAbilities> {
  const hasGuilds = await client.doesServerSupportUnstableFeature(guildsFeature);
  return { ...presumeAbilities(client), hasGuilds };
}
