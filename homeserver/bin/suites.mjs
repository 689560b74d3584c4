// The suites of "npm test", in the order in which they run.

/**
 * @typedef {object} Suite
 * @property {string} name
 * @property {readonly string[]} files globs from the root of the repository
 * @property {Readonly<Record<string, string>>} [environment]
 * @property {readonly ('postgres' | 'chromium' | 'client' | 'synapse')[]} [needs] what it cannot run without
 * @property {readonly ('strace' | 'mautrix' | 'livekit' | 's3')[]} [wants] what some of its tests cannot run without
 */

/**
 * The journeys through the client that every change has to pass: some of each kind, in less than three minutes. All of
 * client/tests is run by "npm run soak -- journeys". To have a journey run here, name its file.
 */
const CORE_JOURNEYS = [
  'budgets',
  'gallery',
  'guild-settings',
  'journey',
  'language',
  'media',
  'narrow',
  'oauth',
  'offline',
  'registration',
  'scenes',
  'settings',
  'threads',
];

/** @type {readonly Suite[]} */
export const SUITES = [
  {
    name: 'homeserver: unit',
    files: ['homeserver/{src,test-kit,bench,bin}/**/*.test.ts'],
    wants: ['s3'],
  },
  {
    name: 'homeserver: behaviour on SQLite',
    files: ['homeserver/tests/**/*.test.ts'],
    environment: { GUILDHALL_TEST_DATABASE: 'sqlite', GUILDHALL_TEST_COVERAGE: 'check' },
    wants: ['strace', 'mautrix', 'livekit', 's3'],
  },
  {
    name: 'homeserver: storage and behaviour on PostgreSQL',
    files: [
      'homeserver/src/{storage,stream,accounts,federation}/**/*.test.ts',
      'homeserver/tests/**/*.test.ts',
    ],
    environment: { GUILDHALL_TEST_DATABASE: 'postgres' },
    needs: ['postgres'],
    wants: ['strace', 'mautrix', 'livekit', 's3'],
  },
  {
    name: 'homeserver: requests of all kinds',
    files: ['homeserver/fuzz/**/*.test.ts'],
    environment: { GUILDHALL_TEST_DATABASE: 'sqlite' },
  },
  {
    name: 'synapse: its modules as an oracle',
    files: ['synapse-compat-tests/oracle/**/*.test.ts'],
    needs: ['synapse'],
  },
  {
    name: 'synapse: the same asked of both',
    files: ['synapse-compat-tests/ledger.test.ts', 'synapse-compat-tests/cases/**/*.test.ts'],
    environment: { GUILDHALL_TEST_DATABASE: 'sqlite', GUILDHALL_TEST_COVERAGE: 'check' },
    needs: ['synapse'],
  },
  {
    name: 'synapse: federation with it',
    files: ['synapse-compat-tests/federation/**/*.test.ts'],
    environment: { GUILDHALL_TEST_DATABASE: 'sqlite' },
    needs: ['synapse'],
  },
  { name: 'client: unit', files: ['client/{src,demo}/**/*.test.ts'] },
  {
    name: 'client: end to end in Chromium',
    files: CORE_JOURNEYS.map((name) => `client/tests/${name}.e2e.ts`),
    needs: ['chromium', 'client'],
  },
];
