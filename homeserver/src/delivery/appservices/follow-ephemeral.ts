import type { Timer } from '../../base/clock.ts';
import type { EphemeralChange } from '../../realtime/index.ts';
import { type AppServiceNews, JobKind, UnitOfWork } from '../../storage/index.ts';
import type { AppServiceContext } from './app-service-context.ts';
import { Interests } from './interest.ts';

/** So that changes right after each other are told together. */
const GATHER_MS = 50;

/**
 * Notes for application services who types and who is there. All processes learn of each change; one of them notes it.
 *
 * @returns what takes a change with its position, and what ends it all.
 */
export function followEphemeral(context: AppServiceContext): {
  readonly onChange: (change: EphemeralChange, position: number) => void;
  readonly stop: () => void;
} {
  const isWanted = context.services.all.some(
    ({ registration }) => registration.receivesEphemeral && registration.url !== undefined,
  );
  const gathered = new Map<string, { change: EphemeralChange; position: number }>();
  let timer: Timer | undefined;
  let isStopped = !isWanted;
  const note = () => {
    timer = undefined;
    const changes = [...gathered.values()];
    gathered.clear();
    noteChanges(context, changes).catch((error: unknown) => {
      context.logger.error('application services were not told who types', { error });
    });
  };
  return {
    onChange(change, position) {
      if (isStopped) return;
      gathered.set(change.kind === 'typing' ? change.roomId : change.userId, { change, position });
      timer ??= context.clock.setTimeout(note, GATHER_MS);
    },
    stop() {
      isStopped = true;
      timer?.cancel();
    },
  };
}

async function noteChanges(
  context: AppServiceContext,
  changes: readonly { readonly change: EphemeralChange; readonly position: number }[],
): Promise<void> {
  const { storage, services } = context;
  if (!(await storage.database.tryLead('app services, ephemeral'))) return;
  const interests = new Interests(context);
  const unit = new UnitOfWork();
  for (const { change, position } of changes) {
    for (const service of services.all) {
      const { url, receivesEphemeral } = service.registration;
      if (url === undefined || !receivesEphemeral) continue;
      if (!(await isOfInterest(context, interests, service, change))) continue;
      const news: AppServiceNews =
        change.kind === 'typing'
          ? { kind: 'typing', key: change.roomId, position }
          : { kind: 'presence', key: change.userId, position };
      storage.appServices.addNews(unit, service.id, news);
      storage.jobs.enqueue(unit, { kind: JobKind.TellAppService, key: service.id });
    }
  }
  if (unit.statements.length > 0) await storage.database.commit(unit);
}

async function isOfInterest(
  { storage, rooms }: AppServiceContext,
  interests: Interests,
  service: AppServiceContext['services']['all'][number],
  change: EphemeralChange,
): Promise<boolean> {
  if (change.kind === 'typing') {
    const room = await rooms.registry.byId(change.roomId);
    return room !== undefined && interests.inRoom(service, room);
  }
  const userNid = await storage.strings.find(change.userId);
  return userNid !== undefined && interests.inUser(service, change.userId, userNid);
}
