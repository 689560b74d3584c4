import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes the registration file with which the demo speaks for everybody; what it is filled with is told to nobody else. */
export async function writeAppServiceFile(folder: string, token: string, ownToken: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const registration = {
    id: 'demo',
    url: null,
    as_token: token,
    hs_token: ownToken,
    sender_localpart: '_demo',
    rate_limited: false,
    namespaces: { users: [{ exclusive: false, regex: '@.*' }], aliases: [], rooms: [] },
  };
  // JSON is YAML.
  await writeFile(join(folder, 'demo.yaml'), JSON.stringify(registration, undefined, 2));
}
