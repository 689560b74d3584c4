import { type AddressInfo, connect, type Socket } from 'node:net';
import { createServer, type Server } from 'node:tls';
import type { ServerName } from '../src/protocol/identifiers.ts';
import type { Certificate } from './certificates.ts';

/** A proxy that speaks TLS before a server that does not, and can be shut. */
export class Door {
  /** Of the server behind it. */
  readonly name: ServerName;
  readonly port: number;
  readonly #certificate: Certificate;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;
  #url: () => string = () => {
    throw new Error('nobody is behind this door yet');
  };
  #isOpen = false;

  private constructor(host: string, certificate: Certificate, server: Server, sockets: Set<Socket>) {
    this.#certificate = certificate;
    this.#server = server;
    this.#sockets = sockets;
    this.port = (server.address() as AddressInfo).port;
    this.name = host === 'localhost' ? `localhost:${this.port}` : host;
  }

  /** Opens the main door of a server: with `localhost`, the name gets its port. */
  static async open(host: string, certificate: Certificate): Promise<Door> {
    const { cert, key } = certificate;
    const sockets = new Set<Socket>();
    const server = createServer({ cert, key }, (outside) => door.#pass(outside));
    // Whoever breaks off while shaking hands is no matter here.
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const door = new Door(host, certificate, server, sockets);
    return door;
  }

  /** Another door to the same server, which opens and shuts by itself. */
  async openAnother(): Promise<Door> {
    const other = await Door.open(this.name, this.#certificate);
    other.leadTo(() => this.#url());
    return other;
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
