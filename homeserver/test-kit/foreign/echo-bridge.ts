import { createRequire, Module } from 'node:module';
import { join } from 'node:path';

/**
 * A bridge made with matrix-appservice-bridge, as it is, in a process of its own: it echoes what people say, as a ghost
 * of theirs, and says as themselves what they ask it to.
 *
 * Arguments: `register FOLDER PORT` writes its registration; `run FOLDER PORT HOMESERVER` runs it.
 */

/** The part of the library that is used. */
interface Library {
  readonly AppServiceRegistration: {
    new (
      url: string,
    ): {
      setId(id: string): void;
      setHomeserverToken(token: string): void;
      setAppServiceToken(token: string): void;
      setSenderLocalpart(localpart: string): void;
      addRegexPattern(kind: string, regex: string, exclusive: boolean): void;
      outputAsYaml(file: string): void;
    };
    generateToken(): string;
  };
  readonly Bridge: new (
    options: object,
  ) => {
    run(port: number, service?: undefined, host?: string): Promise<unknown>;
    getIntent(userId?: string): Intent;
  };
}

interface Intent {
  readonly userId: string;
  join(roomId: string): Promise<unknown>;
  sendText(roomId: string, text: string): Promise<unknown>;
  setDisplayName(name: string): Promise<unknown>;
}

interface IncomingEvent {
  readonly type: string;
  readonly room_id: string;
  readonly sender: string;
  readonly state_key?: string;
  readonly content: { readonly body?: string; readonly membership?: string };
}

const DOMAIN = 'hs.test';
const GHOST = '@_echo_';

const [command = '', folder = '', port = '', homeserverUrl = ''] = process.argv.slice(2);
const registration = join(folder, 'echo.yaml');
const { AppServiceRegistration, Bridge } = loadLibrary();
if (command === 'register') register();
else await run();

function register(): void {
  const written = new AppServiceRegistration(`http://127.0.0.1:${port}`);
  written.setId('echo');
  written.setHomeserverToken(AppServiceRegistration.generateToken());
  written.setAppServiceToken(AppServiceRegistration.generateToken());
  written.setSenderLocalpart('echo_bot');
  written.addRegexPattern('users', `${GHOST}.*`, true);
  // Whom it may speak for, though they are people with accounts of their own.
  written.addRegexPattern('users', `@alice:${DOMAIN}`, false);
  written.addRegexPattern('aliases', '#_echo_.*', true);
  written.outputAsYaml(registration);
}

async function run(): Promise<void> {
  const bridge = new Bridge({
    homeserverUrl,
    domain: DOMAIN,
    registration,
    disableStores: true,
    controller: {
      onUserQuery: () => ({ name: 'A ghost' }),
      onAliasQuery: (_alias: string, localpart: string) => ({
        creationOpts: { room_alias_name: localpart, preset: 'public_chat', name: 'Made on demand' },
      }),
      onEvent: (request: { getData(): IncomingEvent }) => answer(request.getData()),
      onLog: (text: string) => console.log(text),
    },
  });
  await bridge.run(Number(port), undefined, '127.0.0.1');
  console.log('the bridge runs');

  async function answer(event: IncomingEvent): Promise<void> {
    const { type, room_id: roomId, sender, state_key: stateKey = '', content } = event;
    const isInvite = type === 'm.room.member' && content.membership === 'invite';
    if (isInvite && stateKey.startsWith(GHOST)) await bridge.getIntent(stateKey).join(roomId);
    if (type !== 'm.room.message' || sender.startsWith(GHOST) || content.body === 'said by the bridge')
      return;
    if (content.body === '!puppet') {
      await bridge.getIntent(sender).sendText(roomId, 'said by the bridge');
      return;
    }
    const name = sender.slice(1, sender.indexOf(':'));
    const ghost = bridge.getIntent(`${GHOST}${name}:${DOMAIN}`);
    await ghost.setDisplayName(`${name}, echoed`);
    await ghost.sendText(roomId, `echo: ${content.body}`);
  }
}

/** Encryption is not used, and its native part, which another server gives out at installation, is not there. */
function loadLibrary(): Library {
  const loader = Module as unknown as { _load: (name: string, ...rest: unknown[]) => unknown };
  const load = loader._load;
  loader._load = function loadButEncryption(this: unknown, name, ...rest) {
    return name === '@matrix-org/matrix-sdk-crypto-nodejs' ? {} : load.call(this, name, ...rest);
  };
  return createRequire(import.meta.url)('matrix-appservice-bridge') as Library;
}
