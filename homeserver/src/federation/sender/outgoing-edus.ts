import type { JsonObject } from '../../protocol/canonical-json.ts';
import type { ServerName, UserId } from '../../protocol/identifiers.ts';

/** What servers tell each other beside events. */
export interface Edu {
  readonly edu_type: string;
  readonly content: JsonObject;
}

/** An `m.presence` EDU. Source: Server-Server API v1.19. */
export function presenceEdu(userId: UserId, content: object): Edu {
  return { edu_type: 'm.presence', content: { push: [{ user_id: userId, ...content }] } };
}

/** Who types, reads and is there changes often: who cannot be reached hears of the newest, or of nothing. */
const MOST_FOR_A_SERVER = 500;

/** Messages to other servers that may get lost: in memory only, the newest of each kind and subject. */
export class PassingEdus {
  readonly #edus = new Map<ServerName, Map<string, Edu>>();

  /** Adds a message. @param key a newer message with the same one replaces an older. */
  add(server: ServerName, key: string, edu: Edu): void {
    const waiting = this.#edus.get(server) ?? new Map<string, Edu>();
    this.#edus.set(server, waiting);
    waiting.delete(key);
    waiting.set(key, edu);
    const [oldest] = waiting.keys();
    if (waiting.size > MOST_FOR_A_SERVER && oldest !== undefined) waiting.delete(oldest);
  }

  /** Takes the oldest messages to a server out. */
  take(server: ServerName, count: number): Edu[] {
    const waiting = this.#edus.get(server);
    if (waiting === undefined) return [];
    const taken = [...waiting].slice(0, count);
    for (const [key] of taken) waiting.delete(key);
    if (waiting.size === 0) this.#edus.delete(server);
    return taken.map(([, edu]) => edu);
  }

  /** Forgets what waits for a server. */
  drop(server: ServerName): void {
    this.#edus.delete(server);
  }
}
