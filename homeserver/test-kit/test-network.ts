import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import type { ServerName } from '../src/protocol/identifiers.ts';
import { type Certificate, CertificateAuthority } from './certificates.ts';
import { FakeHomeserver } from './fake-homeserver.ts';
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
  readonly #servers: { stop(): Promise<void> }[] = [];

  private constructor(folder: string, authority: CertificateAuthority) {
    this.#folder = folder;
    this.#authority = authority;
  }

  static async create(): Promise<TestNetwork> {
    const folder = await mkdtemp(join(tmpdir(), 'guildhall-network-'));
    const network = new TestNetwork(folder, await CertificateAuthority.create(folder));
    await network.#writeAddresses();
    return network;
  }

  /** What a server is configured with to reach the others, and no one else. */
  get configuration(): TestConfiguration {
    return {
      FEDERATION: 'on',
      FEDERATION_KEY_SERVERS: NO_NOTARY,
      FEDERATION_RESOLVE: this.#resolveFile,
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
    const settings = { SERVER_NAME: door.name, ...this.configuration, ...configuration };
    const server = await TestServer.start(settings, options);
    this.#servers.push(server);
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
    await this.#writeAddresses();
  }

  /** Cuts every connection to a server, until `reconnect`; its own to others stay. */
  cutOff(name: ServerName): void {
    this.#doorOf(name).close();
  }

  /** Lets a server be reached again. */
  reconnect(name: ServerName): void {
    this.#doorOf(name).open();
  }

  /** Stops all servers. */
  async stop(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop()));
    await Promise.all([...this.#doors.values()].map((door) => door.stop()));
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #openDoor(host: ServerName): Promise<Door> {
    const door = await Door.open(host, await this.certify(host));
    this.#doors.set(door.name, door);
    await this.register(door.name, `127.0.0.1:${door.port}`);
    return door;
  }

  #doorOf(name: ServerName): Door {
    const door = this.#doors.get(name);
    if (door === undefined) throw new Error(`no server ${name} of ours is in this network`);
    return door;
  }

  get #resolveFile(): string {
    return join(this.#folder, 'addresses.json');
  }

  async #writeAddresses(): Promise<void> {
    await writeFile(this.#resolveFile, JSON.stringify(Object.fromEntries(this.#addresses)));
  }
}

/** A proxy that speaks TLS before a server that does not, and can be shut. */
class Door {
  /** Of the server behind it. */
  readonly name: ServerName;
  readonly port: number;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;
  #url: () => string = () => {
    throw new Error('nobody is behind this door yet');
  };
  #isOpen = false;

  private constructor(host: string, server: Server, sockets: Set<Socket>) {
    this.#server = server;
    this.#sockets = sockets;
    this.port = (server.address() as AddressInfo).port;
    this.name = host === 'localhost' ? `localhost:${this.port}` : host;
  }

  static async open(host: string, { cert, key }: Certificate): Promise<Door> {
    const sockets = new Set<Socket>();
    const server = createServer({ cert, key }, (outside) => door.#pass(outside));
    // Whoever breaks off while shaking hands is no matter here.
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const door = new Door(host, server, sockets);
    return door;
  }

  /** Opens it. @param url where the server listens, asked for each connection: it may be restarted. */
  leadTo(url: () => string): void {
    this.#url = url;
    this.open();
  }

  open(): void {
    this.#isOpen = true;
  }

  close(): void {
    this.#isOpen = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.close();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(outside: Socket): void {
    if (!this.#isOpen) {
      outside.destroy();
      return;
    }
    let port: number;
    try {
      port = Number(new URL(this.#url()).port);
    } catch {
      // The server is being stopped.
      outside.destroy();
      return;
    }
    const inside = connect(port, '127.0.0.1');
    for (const socket of [outside, inside]) {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      // One end going away is what the other end learns by its own closing.
      socket.on('error', () => socket.destroy());
    }
    outside.pipe(inside).pipe(outside);
    outside.once('close', () => inside.destroy());
    inside.once('close', () => outside.destroy());
  }
}
