import { LOG_LEVELS } from '../../base/logger.ts';
import {
  count,
  databaseUrl,
  duration,
  keyServers,
  listenAddress,
  listOf,
  localpart,
  mediaUrl,
  network,
  oidcProvider,
  oneOf,
  onOrOff,
  path,
  policy,
  port,
  serverGlob,
  serverName,
  size,
  smtpUrl,
  text,
  turnUri,
  type ValueType,
  webAddress,
  webSocketAddress,
} from './value-types.ts';

/**
 * One key of the configuration. The environment variable is `GUILDHALL_` and its name; in the file it is
 * the name in lower case.
 */
export interface Setting<Value> {
  readonly name: string;
  readonly type: ValueType<Value>;
  /** As an operator would write it; relative paths start at the data directory. */
  readonly default?: string;
  /** A value to show where there is no default. */
  readonly example?: string;
  /** What it does, for operators: sentences that stand in the sample file and in the documentation. */
  readonly doc: string;
  /** Never shown, not even in an error. */
  readonly secret?: true;
}

/** A key that this version knows but cannot honour. It is refused: an operator must not rely on it. */
export interface LaterSetting {
  readonly name: string;
  readonly doc: string;
}

/** Every key that this version honours, in the order of the sample file. */
export const SETTINGS = {
  serverName: {
    name: 'SERVER_NAME',
    type: serverName,
    default: 'localhost',
    doc:
      'The name at the end of every user and room, for instance example.org in @alice:example.org. ' +
      'It is stored at the first start and cannot be changed afterwards.',
  },
  publicUrl: {
    name: 'PUBLIC_URL',
    type: webAddress,
    example: 'https://chat.example.org',
    doc:
      'The address under which people reach this server in a browser. It is told to clients and stands in ' +
      'invite links. Unless set, it is the address that the server listens on.',
  },
  bind: {
    name: 'BIND',
    type: listenAddress,
    default: '127.0.0.1',
    doc:
      'The address to listen on. 127.0.0.1 takes connections of this machine only (behind a reverse proxy, ' +
      'say); 0.0.0.0 or :: those of every network.',
  },
  port: {
    name: 'PORT',
    type: port,
    default: '8008',
    doc: 'The port to listen on: HTTPS when tls_cert and tls_key are given, else HTTP. 0 takes a free one.',
  },
  tlsCert: {
    name: 'TLS_CERT',
    type: path,
    example: 'tls/fullchain.pem',
    doc: 'The certificate (PEM, with its chain). Read again when the file changes. Goes with tls_key.',
  },
  tlsKey: {
    name: 'TLS_KEY',
    type: path,
    example: 'tls/privkey.pem',
    doc: "The certificate's private key (PEM). Goes with tls_cert.",
  },
  trustedProxies: {
    name: 'TRUSTED_PROXIES',
    type: listOf(network),
    default: '',
    doc:
      'Reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed: addresses or networks, ' +
      'separated by commas. Rate limits count by the address found this way.',
  },
  dataDir: {
    name: 'DATA_DIR',
    type: path,
    default: './data',
    doc: 'The folder that holds everything the server keeps: database, media, keys.',
  },
  databaseUrl: {
    name: 'DATABASE_URL',
    type: databaseUrl,
    default: 'sqlite:homeserver.db',
    doc:
      'The database: sqlite:PATH, or postgres://USER:PASSWORD@HOST/DATABASE. Unless set, homeserver.db in the ' +
      'data directory.',
    secret: true,
  },
  mediaUrl: {
    name: 'MEDIA_URL',
    type: mediaUrl,
    default: 'file:media',
    doc:
      'Where uploads are kept: file:PATH, or s3://BUCKET or s3://BUCKET/PREFIX with the s3_ keys. Unless set, media in the ' +
      'data directory.',
  },
  s3Endpoint: {
    name: 'S3_ENDPOINT',
    type: webAddress,
    example: 'https://s3.example.org',
    doc: 'The address of the S3 server, if it is not Amazon.',
  },
  s3Region: {
    name: 'S3_REGION',
    type: text,
    default: 'us-east-1',
    doc: 'The region of the bucket.',
  },
  s3AccessKey: {
    name: 'S3_ACCESS_KEY',
    type: text,
    example: 'guildhall',
    doc:
      'The access key for the bucket. Goes with s3_secret_key. Unless set, what the environment or the machine has: ' +
      'AWS_ACCESS_KEY_ID, or a role on Amazon.',
    secret: true,
  },
  s3SecretKey: {
    name: 'S3_SECRET_KEY',
    type: text,
    example: 'the secret of that key',
    doc: 'The secret of the access key. Goes with s3_access_key.',
    secret: true,
  },
  s3PathStyle: {
    name: 'S3_PATH_STYLE',
    type: onOrOff,
    default: 'off',
    doc: 'Whether the bucket stands in the path of requests instead of before the host. Most S3 servers but Amazon need on.',
  },
  maxUpload: {
    name: 'MAX_UPLOAD',
    type: size,
    default: '50M',
    doc: 'The largest file that may be uploaded. K, M and G are powers of 1024.',
  },
  mediaQuota: {
    name: 'MEDIA_QUOTA',
    type: size,
    example: '5G',
    doc: 'How much each user may have uploaded, in all files together. Unless set, as much as the disk takes.',
  },
  mediaQuotaFiles: {
    name: 'MEDIA_QUOTA_FILES',
    type: count,
    example: '10000',
    doc: 'How many files each user may have uploaded.',
  },
  mediaLifetime: {
    name: 'MEDIA_LIFETIME',
    type: duration,
    example: '365d',
    doc:
      'How long uploads are kept that nobody looks at. What profiles and rooms show as their pictures stays, and so does ' +
      'what an admin has protected. Unless set, for ever.',
  },
  remoteMediaLifetime: {
    name: 'REMOTE_MEDIA_LIFETIME',
    type: duration,
    example: '90d',
    doc:
      'How long copies of the media of other servers are kept that nobody looks at. They are fetched again when somebody ' +
      'does. Unless set, for ever.',
  },
  previewMediaLifetime: {
    name: 'PREVIEW_MEDIA_LIFETIME',
    type: duration,
    default: '30d',
    doc: 'How long the pictures of link previews are kept that nobody looks at.',
  },
  urlPreviews: {
    name: 'URL_PREVIEWS',
    type: onOrOff,
    default: 'on',
    doc: 'Whether this server looks at pages that are linked to, for those who read about them.',
  },
  urlPreviewDeny: {
    name: 'URL_PREVIEW_DENY',
    type: listOf(text),
    default: '',
    doc: 'Hosts whose pages it does not look at, nor those beneath them, separated by commas.',
  },
  registration: {
    name: 'REGISTRATION',
    type: oneOf(['token', 'open', 'closed']),
    default: 'token',
    doc:
      'Who may make an account. token: nobody until the first admin exists, then people with a registration ' +
      'token. open: anybody. closed: nobody.',
  },
  registrationEmail: {
    name: 'REGISTRATION_EMAIL',
    type: oneOf(['optional', 'required']),
    default: 'optional',
    doc:
      'Whether new accounts need a mail address, which is confirmed by a link. Without smtp_url there are no mail ' +
      'addresses, and this has no effect.',
  },
  policies: {
    name: 'POLICIES',
    type: listOf(policy),
    default: '',
    doc:
      'Documents that people must accept before they make an account, one a language. Their names must have no ' +
      'commas.',
  },
  oidcProviders: {
    name: 'OIDC_PROVIDERS',
    type: listOf(oidcProvider),
    default: '',
    doc:
      'OpenID Connect providers with whose accounts people can sign in, one an entry: an ID and the issuer, then ' +
      'client_id, client_secret, name, scopes, localpart, display_name and link_existing. docs/admin/oauth.md ' +
      'explains each.',
    secret: true,
  },
  guestAccess: {
    name: 'GUEST_ACCESS',
    type: onOrOff,
    default: 'off',
    doc: 'Whether people may look into rooms that allow guests, and speak there, without an account of their own.',
  },
  profileVisibility: {
    name: 'PROFILE_VISIBILITY',
    type: oneOf(['everyone', 'users', 'shared']),
    default: 'everyone',
    doc:
      'Who sees the profiles of the users of this server. everyone: without an account too. users: people with an ' +
      'account here. shared: those who share a room with the user.',
  },
  registrationSharedSecret: {
    name: 'REGISTRATION_SHARED_SECRET',
    type: text,
    example: 'a-long-random-text',
    doc: 'Whoever knows it can make accounts, admins too, at /_synapse/admin/v1/register, as with Synapse.',
    secret: true,
  },
  accessTokenLifetime: {
    name: 'ACCESS_TOKEN_LIFETIME',
    type: duration,
    default: '5m',
    doc:
      'How long an access token lives that a client can renew with a refresh token. Clients that do not ask for a ' +
      'refresh token get access tokens that live until they log out.',
  },
  refreshTokenLifetime: {
    name: 'REFRESH_TOKEN_LIFETIME',
    type: duration,
    example: '30d',
    doc:
      'How long a refresh token lives that is not used; the device has to log in again afterwards. Unless set, for ' +
      'ever.',
  },
  smtpUrl: {
    name: 'SMTP_URL',
    type: smtpUrl,
    example: 'smtp://guildhall:secret@mail.example.org:587',
    doc:
      'The server that sends mail: people can then add a mail address to their account, log in with it, and set a new ' +
      'password when they have forgotten theirs. smtps:// where the port speaks TLS from the start; with smtp://, ' +
      'TLS is used where the server offers it.',
    secret: true,
  },
  mailFrom: {
    name: 'MAIL_FROM',
    type: text,
    example: 'Guildhall <noreply@example.org>',
    doc: 'Whom mails are from. Unless set, noreply at the server name.',
  },
  serverNoticesUser: {
    name: 'SERVER_NOTICES_USER',
    type: localpart,
    example: 'notices',
    doc:
      'The name of the user in whose name admins tell single users something (the admin API, Server Notices). It is ' +
      'made at the start, and nobody can log in as it: take a name that nobody has. Unless set, there are no notices.',
  },
  serverNoticesName: {
    name: 'SERVER_NOTICES_NAME',
    type: text,
    default: 'Server notices',
    doc: 'What that user, and the room in which each user gets notices, are called.',
  },
  serverNoticesJoin: {
    name: 'SERVER_NOTICES_JOIN',
    type: onOrOff,
    default: 'off',
    doc: 'Whether users are in their room with notices without accepting an invite.',
  },
  turnUris: {
    name: 'TURN_URIS',
    type: listOf(turnUri),
    example: 'turn:turn.example.org?transport=udp',
    doc:
      'TURN servers for calls between two people, separated by commas. Clients get credentials for them that end ' +
      'after a day. Goes with turn_secret.',
  },
  turnSecret: {
    name: 'TURN_SECRET',
    type: text,
    example: 'the static-auth-secret of coturn',
    doc: 'The secret that the TURN servers share with this server. Goes with turn_uris.',
    secret: true,
  },
  presence: {
    name: 'PRESENCE',
    type: onOrOff,
    default: 'on',
    doc: 'Whether people see who else is there. off saves work on a server with many people: everybody seems to be away.',
  },
  liveKitUrl: {
    name: 'LIVEKIT_URL',
    type: webSocketAddress,
    example: 'wss://livekit.example.org',
    doc:
      'The LiveKit server that calls go through, where clients reach it. Its room.auto_create is to be false: this server ' +
      'begins the calls. Without one there are no voice channels. Goes with livekit_api_key and livekit_api_secret.',
  },
  liveKitApiKey: {
    name: 'LIVEKIT_API_KEY',
    type: text,
    example: 'guildhall',
    doc: 'The name of a key that stands in the configuration of LiveKit. Goes with livekit_url.',
  },
  liveKitApiSecret: {
    name: 'LIVEKIT_API_SECRET',
    type: text,
    example: 'what stands behind the key there, 32 characters or more',
    doc: 'The secret of that key. Goes with livekit_url.',
    secret: true,
  },
  supportPage: {
    name: 'SUPPORT_PAGE',
    type: webAddress,
    example: 'https://example.org/help',
    doc: 'A page with help for the users of this server; /.well-known/matrix/support leads there.',
  },
  supportEmail: {
    name: 'SUPPORT_EMAIL',
    type: text,
    example: 'admin@example.org',
    doc: 'The mail address of the admin, for other admins; stands in /.well-known/matrix/support.',
  },
  federation: {
    name: 'FEDERATION',
    type: onOrOff,
    default: 'on',
    doc:
      'Whether this server talks to other homeservers. off: nobody of another server gets in, and nobody here reaches ' +
      'rooms elsewhere.',
  },
  federationPort: {
    name: 'FEDERATION_PORT',
    type: port,
    default: '8448',
    doc:
      'The port for other homeservers: HTTPS, and it listens only when tls_cert and tls_key are given. The main port ' +
      'answers them as well, for those who come through a reverse proxy. 0 takes a free one.',
  },
  federationName: {
    name: 'FEDERATION_NAME',
    type: serverName,
    example: 'chat.example.org:443',
    doc:
      'Where other homeservers reach this one, if not at the server name on port 8448: a name, with a port if it is not ' +
      '8448. It is told at /.well-known/matrix/server, which others look up at the server name on port 443.',
  },
  federationDirectory: {
    name: 'FEDERATION_DIRECTORY',
    type: onOrOff,
    default: 'on',
    doc: 'Whether people of other homeservers may look through the public rooms of this one.',
  },
  federationAllow: {
    name: 'FEDERATION_ALLOW',
    type: listOf(serverGlob),
    default: '',
    doc:
      'The other homeservers that this one talks to, separated by commas; * stands for any characters. All of them, ' +
      'unless set: with it, the federation is closed.',
  },
  federationDeny: {
    name: 'FEDERATION_DENY',
    type: listOf(serverGlob),
    default: '',
    doc:
      'Homeservers that this one does not talk to, also if federation_allow names them, separated by commas; * stands ' +
      'for any characters.',
  },
  federationKeyServers: {
    name: 'FEDERATION_KEY_SERVERS',
    type: keyServers,
    default: 'matrix.org',
    doc:
      'Homeservers that are asked for the signing keys of servers which do not answer any more, separated by commas. ' +
      'They are believed, so name only servers that you trust. Write none to ask nobody.',
  },
  federationCa: {
    name: 'FEDERATION_CA',
    type: path,
    example: 'tls/ca.pem',
    doc:
      'Certificates (PEM) of further authorities that are trusted when this server asks others: for test networks. ' +
      'Read at the start.',
  },
  federationResolve: {
    name: 'FEDERATION_RESOLVE',
    type: path,
    example: 'resolve.json',
    doc:
      'A JSON file that says where homeservers are, for test networks: {"hs1": "127.0.0.1:8448", "peer.test": ' +
      '"10.0.0.2"}. The server name is looked up first, then its host. It is read at each look-up, may lead to private ' +
      'addresses, and certificates are still checked for the name.',
  },
  allowPrivateAddresses: {
    name: 'ALLOW_PRIVATE_ADDRESSES',
    type: onOrOff,
    default: 'off',
    doc:
      'Whether notifications, previews and requests to other servers may go to private addresses. on is for test ' +
      'networks: it lets strangers make this server ask machines beside it.',
  },
  appserviceDir: {
    name: 'APPSERVICE_DIR',
    type: path,
    example: 'appservices',
    doc:
      'A folder with the registration files (.yaml) of application services: bridges and bots that speak for users of ' +
      'their own. They are read at the start.',
  },
  rateLimits: {
    name: 'RATE_LIMITS',
    type: onOrOff,
    default: 'on',
    doc: 'Whether those who ask too much too fast are made to wait. off is for tests and benchmarks.',
  },
  logLevel: {
    name: 'LOG_LEVEL',
    type: oneOf(LOG_LEVELS),
    default: 'info',
    doc: 'The least that is logged: debug, info, warn, error or silent.',
  },
} as const satisfies Readonly<Record<string, Setting<unknown>>>;

/** The settings, where their types do not matter. */
export const ALL_SETTINGS: readonly Setting<unknown>[] = Object.values(SETTINGS);

/** Every key that belongs to a later version. */
export const LATER_SETTINGS: readonly LaterSetting[] = [
  { name: 'REDIS_URL', doc: 'Redis, for several processes.' },
];

/** A key as it stands in the environment. */
export function environmentName(name: string): string {
  return `GUILDHALL_${name}`;
}

/** A key as it stands in the file. */
export function fileName(name: string): string {
  return name.toLowerCase();
}
