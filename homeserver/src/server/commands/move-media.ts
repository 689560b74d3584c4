import { parseArgs } from 'node:util';
import { copyContent } from '../../storage/copies/copy-content.ts';
import { openSession } from '../../storage/database/session.ts';
import { loadConfiguration } from '../configuration/index.ts';
import { mediaUrl as mediaUrlType } from '../configuration/value-types.ts';
import { openMediaStore } from '../open-media-store.ts';

const USAGE =
  'Say where the media lie now, or where they are to go; the other place is MEDIA_URL: --from or --to ' +
  mediaUrlType.expected;

/**
 * Copies the media that the database names from one place to another, beside the running server too, and leaves them
 * where they were. What is there already is not copied again.
 */
export async function moveMedia(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { config: { type: 'string' }, from: { type: 'string' }, to: { type: 'string' } },
  });
  const named = mediaUrlType.parse(values.from ?? values.to ?? '', process.cwd());
  if (named === undefined || (values.from !== undefined && values.to !== undefined)) throw new Error(USAGE);
  const configuration = loadConfiguration({ argv: args, env: process.env });
  const [own, other] = [await openMediaStore(configuration), await openMediaStore(configuration, named)];
  const [from, to] = values.from === undefined ? [own, other] : [other, own];
  const session = await openSession(configuration.databaseUrl, 'read');
  try {
    const { copied, present, missing } = await copyContent(session, from, to);
    process.stdout.write(
      `Media: ${copied} copied, ${present} there already, ${missing.length} in neither place.\n`,
    );
    if (values.from !== undefined) return;
    process.stdout.write(
      `Set MEDIA_URL to ${values.to} and start the server anew; then run this again with --from the old place, for what ` +
        'was uploaded meanwhile.\n',
    );
  } finally {
    await session.close();
  }
}
