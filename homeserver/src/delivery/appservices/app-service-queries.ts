import type { AppService, AppServices } from '../../accounts/index.ts';
import type { Logger } from '../../base/logger.ts';
import type { JsonObject } from '../../protocol/canonical-json.ts';
import { isJsonObject } from '../../protocol/json-values.ts';
import type { AppServiceCall, AppServiceCalls } from './app-service-calls.ts';

interface Options {
  readonly services: AppServices;
  readonly calls: AppServiceCalls;
  readonly logger: Logger;
}

/** What third-party look-ups are about. */
export type LookUpKind = 'user' | 'location';

/** Somebody or something in another network: an answer of an application service, as it was given. */
export type LookUpResult = JsonObject;

/** How long somebody waits who joins an alias or invites a user that an application service has to make first. */
const QUERY_LIMIT_MS = 20_000;
const LOOK_UP_LIMIT_MS = 10_000;

/** What this server asks of application services while somebody waits for it. */
export class AppServiceQueries {
  readonly #services: AppServices;
  readonly #calls: AppServiceCalls;
  readonly #logger: Logger;

  constructor({ services, calls, logger }: Options) {
    this.#services = services;
    this.#calls = calls;
    this.#logger = logger;
  }

  /**
   * Asks the application services that have an alias in their namespaces for its room, one after the other.
   *
   * Source: Application Service API v1.19, `GET /_matrix/app/v1/rooms/{roomAlias}`.
   * @returns whether one of them says that it has made it.
   */
  async makeAlias(alias: string): Promise<boolean> {
    const path = `/rooms/${encodeURIComponent(alias)}`;
    return this.#make(
      this.#services.all.filter((service) => service.knowsAlias(alias)),
      path,
    );
  }

  /**
   * As `makeAlias`, for a user.
   *
   * Source: Application Service API v1.19, `GET /_matrix/app/v1/users/{userId}`.
   */
  async makeUser(userId: string): Promise<boolean> {
    const path = `/users/${encodeURIComponent(userId)}`;
    return this.#make(
      this.#services.all.filter((service) => service.speaksFor(userId)),
      path,
    );
  }

  /** Whether an application service knows of a network. */
  knowsProtocol(protocol: string): boolean {
    return this.#of(protocol).length > 0;
  }

  /**
   * What the application services tell of the networks that they bridge.
   *
   * Source: Client-Server API v1.19, `GET /thirdparty/protocols`.
   */
  async protocols(): Promise<Record<string, JsonObject>> {
    const names = [...new Set(this.#reachable().flatMap(({ registration }) => registration.protocols))];
    const found = await Promise.all(names.map(async (name) => [name, await this.protocol(name)] as const));
    return Object.fromEntries(
      found.flatMap(([name, metadata]) => (metadata === undefined ? [] : [[name, metadata]])),
    );
  }

  /** What is told of one network: of several application services, the first tells, and all add instances. */
  async protocol(name: string): Promise<JsonObject | undefined> {
    const path = `/thirdparty/protocol/${encodeURIComponent(name)}`;
    const told = await Promise.all(
      this.#of(name).map(async (service) => {
        const answer = await this.#lookUp(service, path);
        return isJsonObject(answer) ? [{ ...answer, instances: instancesOf(service, answer) }] : [];
      }),
    );
    const [first, ...others] = told.flat();
    if (first === undefined) return undefined;
    return { ...first, instances: [first, ...others].flatMap(({ instances }) => instances) };
  }

  /**
   * Looks for people or places of one network.
   *
   * Source: Client-Server API v1.19, `GET /thirdparty/user/{protocol}`, `GET /thirdparty/location/{protocol}`.
   */
  inProtocol(kind: LookUpKind, protocol: string, fields: URLSearchParams): Promise<LookUpResult[]> {
    const path = `/thirdparty/${kind}/${encodeURIComponent(protocol)}`;
    return this.#lookUpAll(this.#of(protocol), path, fields);
  }

  /** What a Matrix user or alias is in other networks. */
  ofMatrix(kind: LookUpKind, id: string): Promise<LookUpResult[]> {
    const fields = new URLSearchParams({ [kind === 'user' ? 'userid' : 'alias']: id });
    const asked = this.#reachable().filter((service) =>
      kind === 'user' ? service.speaksFor(id) : service.knowsAlias(id),
    );
    return this.#lookUpAll(asked, `/thirdparty/${kind}`, fields);
  }

  #reachable(): AppService[] {
    return this.#services.all.filter(({ registration }) => registration.url !== undefined);
  }

  #of(protocol: string): AppService[] {
    return this.#reachable().filter(({ registration }) => registration.protocols.includes(protocol));
  }

  async #make(services: readonly AppService[], path: string): Promise<boolean> {
    for (const service of services) {
      if (service.registration.url === undefined) continue;
      const call = {
        method: 'GET',
        path: `/_matrix/app/v1${path}`,
        oldPath: path,
        timeLimitMs: QUERY_LIMIT_MS,
      } as const;
      if ((await this.#ask(service, call))?.status === 200) return true;
    }
    return false;
  }

  async #lookUpAll(
    services: readonly AppService[],
    path: string,
    fields: URLSearchParams,
  ): Promise<LookUpResult[]> {
    const answers = await Promise.all(services.map((service) => this.#lookUp(service, path, fields)));
    return answers.flatMap((answer) =>
      Array.isArray(answer) ? answer.filter((one) => isJsonObject(one)) : [],
    );
  }

  async #lookUp(service: AppService, path: string, query = new URLSearchParams()): Promise<unknown> {
    const answer = await this.#ask(service, {
      method: 'GET',
      path: `/_matrix/app/v1${path}`,
      oldPath: `/_matrix/app/unstable${path}`,
      query,
      timeLimitMs: LOOK_UP_LIMIT_MS,
    });
    return answer?.status === 200 ? answer.body : undefined;
  }

  /** An application service that cannot be reached knows nothing: whoever waits for it learns of the others. */
  async #ask(service: AppService, call: AppServiceCall) {
    try {
      return await this.#calls.send(service, call);
    } catch (error) {
      this.#logger.warn('an application service did not answer', { service: service.id, error });
      return undefined;
    }
  }
}

/** The instances of a network, each with the ID under which the directory of rooms knows it; as Synapse forms it. */
function instancesOf(service: AppService, { instances }: JsonObject): JsonObject[] {
  if (!Array.isArray(instances)) return [];
  return instances.flatMap((instance) => {
    if (!isJsonObject(instance)) return [];
    const { network_id: networkId } = instance;
    if (typeof networkId !== 'string') return [instance];
    return [{ ...instance, instance_id: `${service.id}|${networkId}` }];
  });
}
