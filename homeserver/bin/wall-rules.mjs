// Which folder may import which: the walls between the rooms of docs/architecture.md, as data.

/**
 * @typedef {object} RoomRule
 * @property {readonly string[]} uses rooms of which it may import any file
 * @property {readonly string[]} [usesIndexOf] rooms of which it may import `index.ts` only
 * @property {readonly string[]} [onlyBuiltins] when given, the only modules of Node that it may import
 * @property {string} why
 */

const FOUNDATION = ['base', 'protocol', 'outbound', 'storage', 'stream'];
const DOMAIN = ['accounts', 'encryption', 'rooms', 'media', 'realtime', 'guilds'];
const READERS = ['sync', 'federation', 'delivery', 'jobs'];

const DOMAIN_ORDER =
  'accounts < encryption < rooms < media, realtime < guilds: each may use the index of those before it. What it needs ' +
  'from an outer room it declares as an interface and is given at the start';

/**
 * @param {readonly string[]} before
 * @returns {RoomRule}
 */
const domainRoom = (before) => ({ uses: FOUNDATION, usesIndexOf: before, why: DOMAIN_ORDER });

/** @type {RoomRule} */
const READER = {
  uses: [...FOUNDATION, ...DOMAIN],
  why: 'sync, federation, delivery and jobs read what the inner rooms offer and know nothing of each other or of HTTP',
};

/**
 * The rooms of homeserver/src.
 * @type {Readonly<Record<string, RoomRule>>}
 */
export const HOMESERVER_ROOMS = {
  protocol: {
    uses: [],
    onlyBuiltins: ['node:buffer', 'node:crypto'],
    why: 'the protocol is pure: no I/O, clock, randomness or logger, and nothing of ours',
  },
  base: { uses: [], why: 'everything stands on base, so it stands on nothing' },
  outbound: {
    uses: ['base', 'protocol'],
    why: 'outbound is a HTTP client and knows nothing of what is sent',
  },
  storage: { uses: ['base', 'protocol'], why: 'storage keeps things and decides nothing' },
  stream: { uses: ['base', 'protocol', 'storage'], why: 'the log serves every room and knows none' },
  accounts: domainRoom([]),
  encryption: domainRoom(['accounts']),
  rooms: domainRoom(['accounts', 'encryption']),
  media: domainRoom(['accounts', 'encryption', 'rooms']),
  realtime: domainRoom(['accounts', 'encryption', 'rooms']),
  guilds: domainRoom(['accounts', 'encryption', 'rooms', 'media', 'realtime']),
  sync: READER,
  federation: READER,
  delivery: READER,
  jobs: READER,
  http: {
    uses: ['base', 'protocol', 'outbound', 'stream', ...DOMAIN, ...READERS],
    why: 'a handler parses, authorises, calls one function and presents: it never touches the database',
  },
  server: { uses: [...FOUNDATION, ...DOMAIN, ...READERS, 'http'], why: 'server wires everything' },
};

/**
 * Packages that only some folders may import. Folders are paths from the root of the repository.
 * @type {readonly { packages: RegExp, within: string, only: readonly string[], why: string }[]}
 */
export const PACKAGE_WALLS = [
  {
    packages: /^(knex|pg|better-sqlite3)(\/|$)/,
    within: 'homeserver/src',
    only: ['homeserver/src/storage'],
    why: 'storage is the only room with SQL',
  },
  {
    packages: /^prom-client(\/|$)/,
    within: 'homeserver/src',
    only: ['homeserver/src/base'],
    why: 'metrics belong to a server, not to the process: take them from base/metrics.ts',
  },
  {
    packages: /^(matrix-js-sdk|@matrix-org)(\/|$)/,
    within: 'client/src',
    only: ['client/src/matrix'],
    why: 'the SDK stays behind one folder, so that the rest sees plain snapshots',
  },
  {
    packages: /^(react|react-dom)(\/|$)/,
    within: 'client/src/matrix',
    only: [],
    why: 'the gateway gives snapshots to whoever draws them and draws nothing itself',
  },
];

/**
 * @param {string} from
 * @param {readonly string[]} folders
 * @param {string} why
 */
function clientWalls(from, folders, why) {
  return folders.map((to) => ({ from: `client/src/${from}`, to: `client/src/${to}`, why }));
}

/**
 * Folders that must not import one another; parts of the repository reach each other over HTTP only.
 * @type {readonly { from: string, to: string, why: string }[]}
 */
export const FOLDER_WALLS = [
  ...clientWalls('lib', ['ui', 'matrix', 'features', 'scenes', 'app'], 'lib stands alone'),
  ...clientWalls('ui', ['matrix', 'features', 'scenes', 'app'], 'ui has parts that know no Matrix'),
  ...clientWalls(
    'matrix',
    ['ui', 'features', 'scenes', 'app'],
    'the gateway does not know who draws its snapshots',
  ),
  { from: 'client', to: 'homeserver/src', why: 'the client speaks plain Matrix over HTTP' },
  {
    from: 'homeserver',
    to: 'client/src',
    why: 'the homeserver serves the built client and knows nothing of it',
  },
  { from: 'homeserver/src', to: 'homeserver/test-kit', why: 'the server does not need its tests to run' },
  { from: 'homeserver/src', to: 'homeserver/tests', why: 'the server does not need its tests to run' },
  { from: 'homeserver/src', to: 'homeserver/bench', why: 'the server does not need its benchmarks to run' },
  ...['homeserver', 'client'].map((from) => ({
    from,
    to: 'synapse-compat-tests',
    why: 'nothing needs the comparison with Synapse to run',
  })),
  ...Object.keys(HOMESERVER_ROOMS)
    .filter((room) => room !== 'protocol')
    .map((room) => ({
      from: 'synapse-compat-tests',
      to: `homeserver/src/${room}`,
      why: 'a server is compared with Synapse over HTTP; only what the specification says is called directly',
    })),
];
