import { renameSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerName } from '../src/protocol/identifiers.ts';
import { type Certificate, CertificateAuthority } from './certificates.ts';
import { Door } from './door.ts';
import { FakeHomeserver } from './fake-homeserver.ts';
import { type ServerProcess, type ServerProcessOptions, startServerProcess } from './server-process.ts';
import { SynapseServer } from './synapse-server.ts';
import { type TestConfiguration, TestServer, type TestServerOptions } from './test-server.ts';

/** A server that vouches for the keys of others, where nobody answers: there is none unless a test starts one. */
const NO_NOTARY = 'notary.test';

/**
 * The servers of a test and the way from each to the others: real HTTPS on this machine, with certificates of an
 * authority that only they believe. A server's connections can be cut, and made again.
 */
export class TestNetwork {
  readonly #folder: string;
  readonly #authority: CertificateAuthority;
  readonly #addresses = new Map<ServerName, string>([[NO_NOTARY, '127.0.0.1:1']]);
  readonly #doors = new Map<ServerName, Door>();
  /** Where a server of ours finds others, if not where everybody does. */
  readonly #ownAddresses = new Map<ServerName, Map<ServerName, string>>();
  readonly #ways = new Map<string, Door>();
  readonly #servers: { stop(): Promise<void> }[] = [];

  private constructor(folder: string, authority: CertificateAuthority) {
    this.#folder = folder;
    this.#authority = authority;
  }

  static async create(): Promise<TestNetwork> {
    const folder = await mkdtemp(join(tmpdir(), 'guildhall-network-'));
    const network = new TestNetwork(folder, await CertificateAuthority.create(folder));
    network.#writeAddresses();
    return network;
  }

  /** What a server is configured with to reach the others, and no one else. */
  get configuration(): TestConfiguration {
    return {
      FEDERATION: 'on',
      FEDERATION_KEY_SERVERS: NO_NOTARY,
      FEDERATION_RESOLVE: this.#resolveFile(),
      FEDERATION_CA: this.#authority.certFile,
      ALLOW_PRIVATE_ADDRESSES: 'on',
    };
  }

  /** The certificate of the authority that all of them believe, as a PEM file. */
  get caFile(): string {
    return this.#authority.certFile;
  }

  /**
   * Starts a server of ours. It is reached through a proxy, as behind most of them, also after a restart.
   *
   * @param name with `localhost` it gets a port besides, so that servers find it without the network's help.
   */
  async startServer(
    name: ServerName,
    configuration: TestConfiguration = {},
    options: TestServerOptions = {},
  ): Promise<TestServer> {
    const door = await this.#openDoor(name);
    this.#ownAddresses.set(door.name, new Map());
    this.#writeAddresses();
    const settings = {
      SERVER_NAME: door.name,
      ...this.configuration,
      FEDERATION_RESOLVE: this.#resolveFile(door.name),
      ...configuration,
    };
    const server = await TestServer.start(settings, options);
    this.#servers.push(server);
    door.leadTo(() => server.url);
    return server;
  }

  /** As `startServer`, in a process of its own. Its name is `localhost` with a port, as that of a Synapse. */
  async startProcess(configuration: ServerProcessOptions['configuration']): Promise<ServerProcess> {
    const door = await this.#openDoor('localhost');
    const settings = { SERVER_NAME: door.name, ...this.configuration, ...configuration };
    const server = await startServerProcess({ configuration: settings });
    this.#servers.push({ stop: () => server.kill('SIGTERM') });
    door.leadTo(() => server.url);
    return server;
  }

  /** Starts a Synapse, which is reached through a proxy as well. Its name is `localhost` with a port. */
  async startSynapse(configuration: object = {}): Promise<SynapseServer> {
    const door = await this.#openDoor('localhost');
    const synapse = await SynapseServer.start({
      serverName: door.name,
      resources: ['client', 'media', 'federation'],
      configuration: {
        federation_custom_ca_list: [this.caFile],
        ip_range_blacklist: [],
        federation_ip_range_blacklist: [],
        allow_public_rooms_over_federation: true,
        // It tries again at once what failed: a partition is not to last longer than the test wants.
        federation: { client_timeout: '10s', max_short_retries: 1, destination_min_retry_interval: '1s' },
        ...configuration,
      },
    });
    this.#servers.push(synapse);
    door.leadTo(() => synapse.url);
    return synapse;
  }

  /** Starts a server that answers as the test wants. */
  async startFake(name?: ServerName): Promise<FakeHomeserver> {
    const fake = await FakeHomeserver.start(this, name);
    this.#servers.push(fake);
    return fake;
  }

  /** A certificate for a server. */
  certify(name: ServerName): Promise<Certificate> {
    return this.#authority.issue(name.replace(/:\d+$/, ''));
  }

  /** Says where the others find a server: `127.0.0.1:PORT`. */
  async register(name: ServerName, address: string): Promise<void> {
    this.#addresses.set(name, address);
    this.#writeAddresses();
  }

  /** Cuts every connection to a server, until `reconnect`; its own to others stay. */
  cutOff(name: ServerName): void {
    this.#doorOf(name).close();
  }

  /** Lets a server be reached again. */
  reconnect(name: ServerName): void {
    this.#doorOf(name).open();
  }

  /**
   * Gives every server a way of its own to each of the others. From then on `cutWay` cuts one of them, in one direction.
   * The servers are all started; one of them at most is a Synapse, which goes by the names of the others.
   */
  async separateWays(): Promise<void> {
    for (const [to, door] of this.#doors) {
      for (const from of this.#doors.keys()) {
        const own = this.#ownAddresses.get(from);
        if (from === to) continue;
        const way = own === undefined ? door : await door.openAnother();
        own?.set(to, `127.0.0.1:${way.port}`);
        this.#ways.set(`${from} ${to}`, way);
      }
    }
    this.#writeAddresses();
  }

  /** Cuts every connection that a server makes to another, until `healWay`. */
  cutWay(from: ServerName, to: ServerName): void {
    this.#wayOf(from, to).close();
  }

  /** Lets a server reach another again. */
  healWay(from: ServerName, to: ServerName): void {
    this.#wayOf(from, to).open();
  }

  /** Stops all servers. */
  async stop(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop()));
    await Promise.all([...this.#doors.values(), ...this.#ways.values()].map((door) => door.stop()));
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #openDoor(host: ServerName): Promise<Door> {
    const door = await Door.open(host, await this.certify(host));
    // A server can be started anew.
    await this.#doors.get(door.name)?.stop();
    this.#doors.set(door.name, door);
    await this.register(door.name, `127.0.0.1:${door.port}`);
    return door;
  }

  #doorOf(name: ServerName): Door {
    const door = this.#doors.get(name);
    if (door === undefined) throw new Error(`no server ${name} of ours is in this network`);
    return door;
  }

  #wayOf(from: ServerName, to: ServerName): Door {
    const way = this.#ways.get(`${from} ${to}`);
    if (way === undefined) throw new Error(`${from} has no way of its own to ${to}`);
    return way;
  }

  /** The file that says where servers are: for one of ours, or for whoever else asks. */
  #resolveFile(name = ''): string {
    const files = [...this.#ownAddresses.keys()];
    return join(this.#folder, name === '' ? 'addresses.json' : `addresses-${files.indexOf(name)}.json`);
  }

  #writeAddresses(): void {
    this.#writeFile(this.#resolveFile(), this.#addresses);
    for (const [name, own] of this.#ownAddresses) {
      this.#writeFile(this.#resolveFile(name), new Map([...this.#addresses, ...own]));
    }
  }

  /** In one step: a server may read it at any time. */
  #writeFile(file: string, addresses: ReadonlyMap<ServerName, string>): void {
    writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(addresses)));
    renameSync(`${file}.new`, file);
  }
}
