import { mkdir, readFile } from 'node:fs/promises';
import { type Accounts, createAccounts, type PasswordHashing, type Profile } from '../accounts/index.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { Lifecycle } from '../base/lifecycle.ts';
import type { Logger } from '../base/logger.ts';
import { createMetrics, type Metrics } from '../base/metrics.ts';
import {
  AppServiceCalls,
  type AppServiceContext,
  AppServiceQueries,
  collectNews,
  followEphemeral,
  tellAppService,
} from '../delivery/index.ts';
import { SmtpMailSender } from '../delivery/mail/smtp-mail-sender.ts';
import { createEncryption, type Encryption } from '../encryption/index.ts';
import {
  createFederation,
  createReceiver,
  type Federation,
  type FederationSettings,
  KeptMessages,
  otherServersThrough,
  remoteKeysThrough,
  remoteMediaThrough,
  remoteProfilesThrough,
} from '../federation/index.ts';
import { followMemberships, type GuildsContext, inviterOf } from '../guilds/index.ts';
import { createHttpServer } from '../http/server.ts';
import type { Services } from '../http/services.ts';
import { listTasks } from '../jobs/index.ts';
import { createMedia } from '../media/index.ts';
import { OutboundClient } from '../outbound/index.ts';
import {
  CallKeeper,
  CallTokens,
  createRealtime,
  DelayedEvents,
  LiveKit,
  type Realtime,
} from '../realtime/index.ts';
import {
  createRooms,
  followPeople,
  indexEvents,
  type MemberProfile,
  PushEvaluator,
  type RoomsContext,
  ServerNotices,
  STEWARD_LOCALPART,
  UserSettingsCache,
} from '../rooms/index.ts';
import { openStorage, type Storage } from '../storage/index.ts';
import { broadcastsThrough, openNotifier } from '../stream/index.ts';
import { createSync } from '../sync/index.ts';
import { type Configuration, readAppServices } from './configuration/index.ts';
import { createFederating } from './federating.ts';
import { establishIdentity } from './identity.ts';
import { startLogReaders } from './log-readers.ts';
import { openMediaStore } from './open-media-store.ts';
import { createPushing } from './pushing.ts';
import {
  endTypingOfLeavers,
  roomsForAccounts,
  roomsForRealtime,
  wakeForChange,
  wakeForDeviceLists,
} from './room-ports.ts';
import { startJobs } from './start-jobs.ts';

/** What a server is started with. */
export interface ServerOptions {
  readonly configuration: Configuration;
  /** The folder with the web client's build. */
  readonly clientDirectory: string;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** What a password's hash costs; tests make it cheap. */
  readonly passwordHashing?: PasswordHashing;
  /** What rooms may take in memory, in bytes; tests of what memory stays make it little. */
  readonly roomMemoryBytes?: number;
  /** Node's own measurements as well: once in a process. */
  readonly processMetrics?: boolean;
}

/** A server that answers. */
export interface RunningServer {
  /** Where it listens, without a slash at the end. */
  readonly url: string;
  /** Where people reach it. */
  readonly publicUrl: string;
  /** The further port on which other servers are answered, if there is one. */
  readonly federationPort: number | undefined;
  /** What receives the events of other servers works with them. */
  readonly rooms: RoomsContext;
  /** How other servers are asked. */
  readonly federation: Services['federation'];
  /** The token with which the first admin registers; undefined when there is one. */
  readonly firstAdminToken: string | undefined;
  /** Ends every request and loses nothing that was acknowledged. */
  stop(): Promise<void>;
}

/** Starts a server: storage first, what answers requests last, so that whoever gets an answer gets a right one. */
export async function runServer(options: ServerOptions): Promise<RunningServer> {
  const { configuration, logger, clock = systemClock } = options;
  const lifecycle = new Lifecycle({ logger });
  try {
    await mkdir(configuration.dataDir, { recursive: true });
    const storage = await openStorage({
      url: configuration.databaseUrl,
      onError: (error) => logger.warn('a database connection was lost', { error }),
    });
    lifecycle.onStop('database', () => storage.database.close());
    const address = { url: '', publicUrl: configuration.publicUrl ?? '' };
    const metrics = createMetrics();
    const services = await assemble(options, clock, storage, metrics, lifecycle, () => address.publicUrl);
    measure(metrics, options, services.rooms);
    const { port, bind, tls } = configuration;
    const http = createHttpServer({
      services,
      bind,
      port,
      tls,
      federation: federationListener(configuration),
      trustedProxies: configuration.trustedProxies,
      rateLimits: configuration.rateLimits,
      clientDirectory: options.clientDirectory,
      describeHealth: () => describeHealth(storage),
      metrics,
      logger,
    });
    // Handed over before it listens: what a stop ends first is what people are connected to.
    lifecycle.onStop('http', () => http.close());
    // First of all, so that the syncs that wait say that nobody types any more.
    lifecycle.onStop('realtime', () => services.realtime.stop());
    const listening = await http.listen();
    address.url = `${tls ? 'https' : 'http'}://${hostOf(bind)}:${listening.port}`;
    address.publicUrl ||= address.url;
    const { accounts, rooms, federation } = services;
    return {
      ...address,
      federationPort: listening.federationPort,
      rooms,
      federation,
      firstAdminToken: await accounts.registrationTokens.ensureFirstAdminToken(),
      stop: () => lifecycle.stop(),
    };
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

async function assemble(
  { configuration, logger, passwordHashing, roomMemoryBytes }: ServerOptions,
  clock: Clock,
  storage: Storage,
  metrics: Metrics,
  lifecycle: Lifecycle,
  publicUrl: () => string,
): Promise<Services> {
  const { serverName } = configuration;
  const { signingKeyId, epoch } = await establishIdentity(storage, serverName, clock.now());
  const mailSender = openMailSender(configuration, logger);
  // Accounts come before rooms, and tell them of changes: what they need of each other is handed over.
  const accounts: Accounts = createAccounts({
    storage,
    serverName,
    clock,
    logger,
    registration: configuration.registration,
    registrationSharedSecret: configuration.registrationSharedSecret,
    roomsOfUser: roomsForAccounts(() => rooms),
    remoteProfiles: configuration.federation ? remoteProfilesThrough(() => federation) : undefined,
    deviceKeeper: {
      devicesEnded(unit, userNid, deviceIds) {
        storage.pushers.deleteOfDevices(unit, userNid, deviceIds);
        encryption.deviceLists.devicesEnded(unit, userNid, deviceIds);
      },
      deviceRenamed: (...renamed) => encryption.deviceLists.deviceRenamed(...renamed),
      accountEnded: (...ended) => encryption.deviceLists.accountEnded(...ended),
    },
    // An admin who invites people to a guild invites them to the server; other members' links need an account.
    invitations: {
      async letsIn(code) {
        const inviter = await inviterOf(guilds, code);
        return inviter !== undefined && accounts.users.isAdmin(inviter);
      },
    },
    passwordHashing,
    publicUrl,
    appServices: readAppServices(configuration.appserviceDir),
    mailSender,
    emailRequired: configuration.registrationEmail === 'required',
    policies: configuration.policies,
    oidcProviders: configuration.oidcProviders,
    sendOutbound: (request) => outbound.send(request),
    guestAccess: configuration.guestAccess,
    profileVisibility: configuration.profileVisibility,
    tokenLifetimes: {
      accessTokenMs: configuration.accessTokenLifetime,
      refreshTokenMs: configuration.refreshTokenLifetime,
    },
  });
  lifecycle.onStop('accounts', () => accounts.close());
  await accounts.users.ensureSenders();
  const keptMessages = new KeptMessages(storage, clock);
  const encryption: Encryption = createEncryption({
    storage,
    serverName,
    clock,
    logger,
    confirmation: accounts.confirmation,
    remoteKeys: configuration.federation ? remoteKeysThrough(() => federation) : undefined,
    remoteToDevice: configuration.federation ? keptMessages : undefined,
  });
  const outbound = await openOutbound(configuration);
  lifecycle.onStop('outbound', () => outbound.close());
  const appServiceCalls = new AppServiceCalls(outbound);
  const appServiceQueries = new AppServiceQueries({
    services: accounts.appServices,
    calls: appServiceCalls,
    logger,
  });
  const rooms: RoomsContext = createRooms({
    storage,
    serverName,
    signingKeyId,
    epoch,
    clock,
    logger,
    profiles: {
      profileOf: async (userId) => memberProfile(await accounts.profiles.get(userId)),
      exists: (userId) => accounts.users.exists(userId),
    },
    roomSettings: accounts.roomSettings,
    otherServers: configuration.federation ? otherServersThrough(() => federation) : undefined,
    appServices: {
      isAliasKept: (alias, userId) => accounts.appServices.isAliasKept(alias, userId),
      makeAlias: (alias) => appServiceQueries.makeAlias(alias),
      makeUser: (userId) => appServiceQueries.makeUser(userId),
    },
    roomMemoryBytes,
  });
  const federation: Federation = await createFederation({
    storage,
    serverName,
    rooms,
    outbound,
    clock,
    logger,
    metrics,
    settings: federationSettings(configuration),
  });
  const notifier = await openNotifier({
    storage,
    localJoined: (roomNid) => rooms.registry.loaded(roomNid)?.localJoined ?? loadLocalJoined(rooms, roomNid),
    onError: (error) => logger.error('waiting clients were not woken', { error }),
  });
  const federating = createFederating({
    federation,
    isOn: configuration.federation,
    encryption,
    realtime: () => realtime,
    messages: keptMessages,
  });
  const realtime: Realtime = createRealtime({
    clock,
    storage,
    rooms: roomsForRealtime(rooms, storage),
    accountData: accounts.accountData,
    onChange: (change, position) => {
      wakeForChange(change, rooms, storage, notifier);
      ephemeral.onChange(change, position);
      federating.ephemeralChanged(change);
    },
    broadcasts: broadcastsThrough(storage.database),
    presence: configuration.presence,
  });
  const appServices: AppServiceContext = {
    storage,
    services: accounts.appServices,
    calls: appServiceCalls,
    rooms,
    realtime,
    encryption,
    clock,
    logger,
  };
  const ephemeral = followEphemeral(appServices);
  lifecycle.onStop('application services', () => ephemeral.stop());
  endTypingOfLeavers(rooms, storage, realtime);
  notifier.onRows((rows) => wakeForDeviceLists(rows, rooms, notifier));
  const settings = new UserSettingsCache(rooms, accounts.pushRules);
  notifier.onRows((rows) => settings.follow(rows));
  const sync = createSync({ rooms, accounts, realtime, encryption, notifier, settings });
  const pushing = await createPushing(
    {
      storage,
      rooms,
      receipts: realtime.receipts,
      settings,
      evaluator: new PushEvaluator(rooms),
      outbound,
      clock,
      logger,
      publicUrl,
      badgeOf: (user) => sync.unreadRooms(user),
    },
    mailSender && {
      serverName,
      send: (mail) => mailSender.send(mail),
      unsubscribeLink: (pusher) => accounts.pushers.unsubscribeLink(pusher),
    },
  );
  const blobs = await openMediaStore(configuration);
  const media = createMedia({
    storage,
    blobs,
    serverName,
    clock,
    logger,
    maxUploadBytes: configuration.maxUpload,
    outbound,
    ...(configuration.federation ? { remoteMedia: remoteMediaThrough(() => federation, outbound) } : {}),
    previews: { isOn: configuration.urlPreviews, deniedHosts: configuration.urlPreviewDeny },
    quota: { files: configuration.mediaQuotaFiles, bytes: configuration.mediaQuota },
    lifetimes: {
      local: configuration.mediaLifetime,
      remote: configuration.remoteMediaLifetime,
      previews: configuration.previewMediaLifetime,
    },
  });
  const guilds: GuildsContext = await openGuilds(storage, rooms, accounts, {
    serverName,
    clock,
    logger,
    publicUrl,
  });
  const delayedEvents = new DelayedEvents({ storage, rooms, clock });
  const liveKit = configuration.liveKit && new LiveKit(configuration.liveKit, logger);
  const callKeeper = new CallKeeper({ storage, rooms, clock, delayedEvents, liveKit });
  const callTokens = new CallTokens(rooms, liveKit, callKeeper);
  await startLogReaders({ storage, tail: notifier, clock, logger }, lifecycle, [
    {
      name: 'search',
      begin: 'oldest',
      gatherMs: 100,
      handle: (rows, unit) => indexEvents(rooms, rows, unit),
    },
    {
      name: 'people',
      begin: 'oldest',
      gatherMs: 100,
      handle: (rows, unit) => followPeople(rooms, accounts.userDirectory, rows, unit),
    },
    {
      name: 'guilds',
      begin: 'newest',
      handle: (rows, unit) => followMemberships(guilds, rows, unit),
    },
    {
      name: 'calls',
      begin: 'newest',
      handle: (rows, unit) => callKeeper.followMemberships(rows, unit),
    },
    pushing.reader,
    ...federating.readers,
    // What was there before an application service was is no news to it.
    {
      name: 'app services',
      begin: 'newest',
      handle: (rows, unit) => collectNews(appServices, rows, unit),
    },
  ]);
  const receiver = createReceiver(federation, { encryption, realtime });
  const jobParts = {
    storage,
    clock,
    logger,
    rooms,
    accounts,
    guilds,
    media,
    delayedEvents,
    callKeeper,
    receiveStaged: (origin: string, signal: AbortSignal) => receiver.staged.receiveAll(origin, signal),
    deliverPushes: pushing.deliver,
    tellAppService: (serviceId: string, signal: AbortSignal) =>
      tellAppService(appServices, serviceId, signal),
    completeRoom: federating.completeRoom,
  };
  await startJobs(jobParts, lifecycle);
  await federating.start(lifecycle);
  return {
    accounts,
    rooms,
    realtime,
    delayedEvents,
    callTokens,
    callKeeper,
    encryption,
    federation,
    receiver,
    sync,
    media,
    guilds,
    appServiceCalls,
    appServiceQueries,
    pushGateway: pushing.gateway,
    webPush: pushing.webPush,
    listNotifications: pushing.listNotifications,
    serverNotices: await openServerNotices(rooms, accounts, configuration),
    listTasks: (filter) => listTasks(storage, filter),
    turn: configuration.turn,
    forServers: { name: configuration.federationName, seeDirectory: configuration.federationDirectory },
    support: { page: configuration.supportPage, email: configuration.supportEmail },
    serverName,
    get publicUrl() {
      return publicUrl();
    },
    clock,
    logger,
  };
}

async function loadLocalJoined(rooms: RoomsContext, roomNid: number): Promise<Iterable<number>> {
  return (await rooms.registry.byNid(roomNid))?.localJoined ?? [];
}

/** The guilds and their steward, which is there before the first guild is. */
async function openGuilds(
  storage: Storage,
  rooms: RoomsContext,
  accounts: Accounts,
  options: {
    readonly serverName: string;
    readonly clock: Clock;
    readonly logger: Logger;
    readonly publicUrl: () => string;
  },
): Promise<GuildsContext> {
  const { userId: steward } = await accounts.users.ensureReserved(STEWARD_LOCALPART, 'Steward');
  const { serverName, clock, logger } = options;
  const context: GuildsContext = {
    storage,
    rooms,
    serverName,
    get publicUrl() {
      return options.publicUrl();
    },
    clock,
    logger,
    steward,
  };
  return context;
}

/** @throws an error that names the file, if there is to be a further authority and it cannot be read. */
async function openOutbound({ allowPrivateAddresses, federationCa }: Configuration): Promise<OutboundClient> {
  if (federationCa === undefined) return new OutboundClient({ allowPrivateAddresses });
  return new OutboundClient({ allowPrivateAddresses, extraCa: [await readFile(federationCa, 'utf8')] });
}

function federationSettings(configuration: Configuration): FederationSettings {
  return {
    isOn: configuration.federation,
    allow: configuration.federationAllow,
    deny: configuration.federationDeny,
    keyServers: configuration.federationKeyServers,
    resolveFile: configuration.federationResolve,
  };
}

/** What admins tell single users; the user that it comes from is there before the first notice. */
async function openServerNotices(
  rooms: RoomsContext,
  accounts: Accounts,
  { serverNoticesUser, serverNoticesName: roomName, serverNoticesJoin: joins }: Configuration,
): Promise<ServerNotices> {
  const sender =
    serverNoticesUser === undefined
      ? undefined
      : await accounts.users.ensureSpeaker(serverNoticesUser, roomName);
  return new ServerNotices(
    rooms,
    accounts.tags,
    sender === undefined ? undefined : { sender, roomName, joins },
  );
}

function openMailSender(
  { smtpUrl: url, mailFrom, serverName }: Configuration,
  logger: Logger,
): SmtpMailSender | undefined {
  if (url === undefined) return undefined;
  // A server name may have a port, a mail address may not.
  const from = mailFrom ?? `Guildhall <noreply@${serverName.replace(/:\d+$/, '')}>`;
  return new SmtpMailSender({ url, from, serverName, logger });
}

function memberProfile(profile: Profile | undefined): MemberProfile {
  const { displayname, avatar_url: avatarUrl } = profile ?? {};
  return {
    ...(displayname === undefined ? {} : { displayname }),
    ...(avatarUrl === undefined ? {} : { avatar_url: avatarUrl }),
  };
}

/** Healthy means that the database answers. */
async function describeHealth(storage: Storage): Promise<object> {
  return { database: storage.database.dialect, position: await storage.log.newest() };
}

function measure(
  metrics: Metrics,
  { processMetrics = false }: ServerOptions,
  { registry }: RoomsContext,
): void {
  if (processMetrics) metrics.collectProcess();
  metrics.gauge({
    name: 'guildhall_room_conflicts_total',
    help: 'How often another process was first to change a room, so that a change was built again',
    collect: (gauge) => gauge.set(registry.conflicts),
  });
}

/** The further port for other servers; none without a certificate, or where it is the main port. */
function federationListener({ federation, federationPort, port, tls }: Configuration) {
  const isFurther = federationPort !== port || port === 0;
  return tls && federation && isFurther ? { port: federationPort, tls } : undefined;
}

/** How to write an address that a server listens on into a URL that a browser on this machine opens. */
function hostOf(bind: string): string {
  if (bind === '127.0.0.1' || bind === '::1' || bind === '0.0.0.0' || bind === '::') return 'localhost';
  return bind.includes(':') ? `[${bind}]` : bind;
}
