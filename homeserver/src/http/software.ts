import { readFileSync } from 'node:fs';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** What this server is, for whoever asks. */
export const SOFTWARE = { name: 'Guildhall', version };
