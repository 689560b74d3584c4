// The long forms that "npm run soak" knows.

/**
 * @typedef {object} Soak
 * @property {string} what it does and shows, in a few words
 * @property {readonly string[]} command a script and its arguments, from the root of the repository, for Node 24
 * @property {Readonly<Record<string, string>>} [environment]
 * @property {Readonly<Record<string, string>>} [once] makes one run of it, for a seed that is given
 * @property {boolean} [needsClient] whether it looks at the web client as it is built
 */

/** @type {Readonly<Record<string, Soak>>} */
export const SOAKS = {
  properties: {
    what: 'the unit tests with another random seed',
    command: ['node_modules/mocha/bin/mocha.js', '--reporter', 'dot', 'homeserver/src/**/*.test.ts'],
  },
  crash: {
    what: 'kill -9 during sends, forks, joins, state changes, upgrades and purges, 50 rounds on SQLite',
    command: ['node_modules/mocha/bin/mocha.js', 'homeserver/tests/crash.test.ts'],
    environment: { GUILDHALL_TEST_CRASH_ROUNDS: '50' },
  },
  fuzz: {
    what: 'requests of all kinds to every endpoint for half an hour: no fault of the server, no memory that stays',
    command: ['node_modules/mocha/bin/mocha.js', 'homeserver/fuzz/**/*.test.ts'],
    environment: { GUILDHALL_TEST_FUZZ_SECONDS: '1800' },
  },
  oracle: {
    what: '100,000 events and 10,000 rooms put to Synapse (npm run services -- install)',
    command: ['node_modules/mocha/bin/mocha.js', 'synapse-compat-tests/oracle/**/*.test.ts'],
    environment: { GUILDHALL_ORACLE_SCALE: '50' },
  },
  'crash-postgres': {
    what: 'the same to one or both of two processes on one PostgreSQL (npm run services -- start)',
    command: ['node_modules/mocha/bin/mocha.js', 'homeserver/tests/crash.test.ts'],
    environment: { GUILDHALL_TEST_CRASH_ROUNDS: '50', GUILDHALL_TEST_DATABASE: 'postgres' },
  },
  bench: {
    what: 'Guildhall beside Synapse and Dendrite, where npm run services -- install has brought them',
    command: ['homeserver/bench/compare.ts'],
  },
  processes: {
    what: '4 processes on one PostgreSQL, 64 sends of one room in flight (npm run services -- start)',
    command: ['homeserver/bench/processes/main.ts'],
    environment: { GUILDHALL_TEST_DATABASE: 'postgres' },
  },
  'federation-incoming': {
    what: '500 events a second in 50 rooms from another server: CPU for each, and when clients have them',
    command: ['homeserver/bench/federation/incoming.ts'],
  },
  'federation-join': {
    what: 'a room of 5,000 members and 20,000 state events on Synapse: how soon it can be used and is complete (npm run services -- install)',
    command: ['homeserver/bench/federation/join.ts'],
  },
  'federation-catch-up': {
    what: '2,000 events in 20 rooms while the other server is down, and this one restarts: how long until it has all',
    command: ['node_modules/mocha/bin/mocha.js', 'homeserver/tests/federation/catch-up.test.ts'],
    environment: { GUILDHALL_TEST_CATCH_UP_EVENTS: '2000', GUILDHALL_TEST_CATCH_UP_ROOMS: '20' },
  },
  partitions: {
    what: '100 random schedules in which two servers of ours and a Synapse lose each other, and agree in the end',
    command: ['node_modules/mocha/bin/mocha.js', 'synapse-compat-tests/federation/partitions.test.ts'],
    environment: { GUILDHALL_TEST_PARTITIONS: '100' },
    once: { GUILDHALL_TEST_PARTITIONS: '1' },
  },
  store: {
    what: 'a million messages in 100 rooms on SQLite: bytes a message, growth of each table, reads of history',
    command: ['homeserver/bench/store/main.ts'],
  },
  'store-postgres': {
    what: 'the same on PostgreSQL (npm run services -- start)',
    command: ['homeserver/bench/store/main.ts'],
    environment: { GUILDHALL_TEST_DATABASE: 'postgres' },
  },
  journeys: {
    what: 'everything that people do in the client, in Chromium; no control of it is left out',
    command: [
      'node_modules/mocha/bin/mocha.js',
      'client/tests/**/*.e2e.ts',
      // The last one: it looks at what the others have pressed.
      'client/soak/every-control.test.ts',
    ],
    environment: { GUILDHALL_TEST_GALLERY: 'all' },
    needsClient: true,
  },
  timeline: {
    what: 'a channel of 10,000 messages in Chromium: drift, rows, frames from the trace, switching, and starting with 50 guilds',
    command: ['client/soak/timeline.ts'],
    environment: { GUILDHALL_TEST_DATABASE: 'sqlite' },
    needsClient: true,
  },
};
