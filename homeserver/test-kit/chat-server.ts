import { type Answer, ChatClient } from './chat-client.ts';
import { TestServer, type TestServerOptions } from './test-server.ts';

/** A server called `test`, for tests of what people do in rooms. */
export interface ChatServer {
  /** Registers a user whose name begins with this one. */
  user(name: string): Promise<ChatClient>;
  /** A request without an access token; paths begin after `/_matrix/client`. */
  anonymous(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Starts the server again, so that nothing is left in memory. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server on an empty database. Stop it after the test. */
export async function startChatServer(options: TestServerOptions = {}): Promise<ChatServer> {
  const server = await TestServer.start({ SERVER_NAME: 'test' }, options);
  let users = 0;
  return {
    async user(name) {
      users += 1;
      const user = await server.register(`${name}-${users}`);
      return new ChatClient(user.userId, (method, path, body) =>
        user.request(method, path.startsWith('/_') ? path : `/_matrix/client${path}`, body),
      );
    },
    async anonymous(method, path, body) {
      const answer = await server.request(method, `/_matrix/client${path}`, body);
      return { status: answer.status, body: answer.body };
    },
    restart: () => server.restart(),
    stop: () => server.stop(),
  };
}
