import { expect } from 'chai';
import {
  createClient,
  EventType,
  type MatrixClient,
  type MatrixEvent,
  MsgType,
  Preset,
  type Room,
  SyncState,
} from 'matrix-js-sdk';
import {
  type CryptoApi,
  CryptoEvent,
  VerificationPhase,
  type VerificationRequest,
  VerifierEvent,
} from 'matrix-js-sdk/lib/crypto-api/index.js';
import { type Logger, logger as sdkLogger } from 'matrix-js-sdk/lib/logger.js';

const silence = (): void => undefined;
/** The SDK tells of every request; what matters here fails a test. */
const quiet: Logger = {
  trace: silence,
  debug: silence,
  info: silence,
  warn: silence,
  error: silence,
  getChild: () => quiet,
};

/** Waits until something holds, a minute at most. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A stock client with its own crypto, in memory. */
export class SdkDevice {
  readonly client: MatrixClient;
  readonly crypto: CryptoApi;
  readonly incoming: VerificationRequest[] = [];

  private constructor(client: MatrixClient, crypto: CryptoApi) {
    this.client = client;
    this.crypto = crypto;
    client.on(CryptoEvent.VerificationRequestReceived, (incoming) => void this.incoming.push(incoming));
  }

  static async start(
    baseUrl: string,
    session: { userId: string; deviceId: string; accessToken: string },
    secretStorage: SecretStorageKeys,
  ): Promise<SdkDevice> {
    const client = createClient({
      baseUrl,
      ...session,
      logger: quiet,
      cryptoCallbacks: {
        getSecretStorageKey: async ({ keys }) => secretStorage.find(Object.keys(keys)),
        cacheSecretStorageKey: (keyId, _info, key) => secretStorage.add(keyId, key),
      },
    });
    await client.initRustCrypto({ useIndexedDB: false });
    const crypto = client.getCrypto();
    if (crypto === undefined) throw new Error('there is no crypto');
    const device = new SdkDevice(client, crypto);
    await client.startClient({ initialSyncLimit: 20 });
    await until(() => client.getSyncState() === SyncState.Syncing, 'the first syncs');
    return device;
  }

  room(roomId: string): Room {
    const room = this.client.getRoom(roomId);
    if (room === null) throw new Error('the device does not have the room');
    return room;
  }

  /** Creates an encrypted room that only the invited may enter. @returns its ID. */
  async createEncryptedRoom(...invite: string[]): Promise<string> {
    const content = { algorithm: 'm.megolm.v1.aes-sha2' };
    const { room_id: roomId } = await this.client.createRoom({
      preset: Preset.PrivateChat,
      invite,
      initial_state: [{ type: EventType.RoomEncryption, state_key: '', content }],
    });
    return roomId;
  }

  async say(roomId: string, body: string): Promise<string> {
    return (await this.client.sendMessage(roomId, { msgtype: MsgType.Text, body })).event_id;
  }

  /** The text of an event, once it is here and decrypted. */
  async reads(roomId: string, eventId: string): Promise<string> {
    let event: MatrixEvent | undefined;
    await until(() => {
      event = this.client.getRoom(roomId)?.findEventById(eventId);
      return event?.isDecryptionFailure() === false && event.getClearContent() !== null;
    }, `${this.client.getDeviceId()} to read a message`);
    expect(event?.getWireType()).to.equal('m.room.encrypted');
    return event?.getContent().body ?? '';
  }
}

/** What a person writes down: the keys of the secret storage. */
export class SecretStorageKeys {
  readonly #keys = new Map<string, Uint8Array<ArrayBuffer>>();

  add(keyId: string, key: Uint8Array<ArrayBuffer>): void {
    this.#keys.set(keyId, key);
  }

  find(keyIds: readonly string[]): [string, Uint8Array<ArrayBuffer>] | null {
    for (const keyId of keyIds) {
      const key = this.#keys.get(keyId);
      if (key !== undefined) return [keyId, key];
    }
    return null;
  }
}

/** For the tests of a `describe`: the SDK says nothing, and its timers keep nobody waiting. */
export function tameSdk(): void {
  // The SDK never clears the timers of its requests, the longest of two minutes: they must not keep the tests running.
  const { setTimeout: originalSetTimeout } = globalThis;
  before(() => {
    Object.assign(sdkLogger, quiet, { log: silence });
    const unreffed = (...args: Parameters<typeof setTimeout>) => originalSetTimeout(...args).unref();
    globalThis.setTimeout = Object.assign(unreffed, originalSetTimeout);
  });
  after(() => {
    globalThis.setTimeout = originalSetTimeout;
  });
}

/** Two devices compare emojis, one of which has asked for it. @returns what each of them showed. */
export async function compareEmojis(
  asked: VerificationRequest,
  incoming: VerificationRequest,
): Promise<string[]> {
  await incoming.accept();
  await until(() => asked.phase === VerificationPhase.Ready, 'the request to be accepted');
  const verifier = await asked.startVerification('m.sas.v1');
  await until(() => incoming.verifier !== undefined, 'the verification to start');
  const shown: string[] = [];
  const finished = [verifier, incoming.verifier].map((side) => {
    side?.on(VerifierEvent.ShowSas, ({ sas, confirm }) => {
      shown.push(JSON.stringify(sas.emoji));
      void confirm();
    });
    return side?.verify();
  });
  await Promise.all(finished);
  return shown;
}
