import type { AppService } from '../../accounts/index.ts';
import {
  type AppServiceNews,
  isMissed,
  JobKind,
  LogKind,
  type LogRow,
  type UnitOfWork,
} from '../../storage/index.ts';
import type { AppServiceContext } from './app-service-context.ts';
import { Interests } from './interest.ts';

/**
 * Finds out of some rows of the log what application services are to be told, and writes it down in a unit, with a job
 * for each of them that has news.
 */
export async function collectNews(
  context: AppServiceContext,
  rows: readonly LogRow[],
  unit: UnitOfWork,
): Promise<void> {
  const services = context.services.all.filter(({ registration }) => registration.url !== undefined);
  if (services.length === 0) return;
  const interests = new Interests(context);
  for (const row of rows) {
    // As Synapse, which tells nobody of history that it fetches.
    if (isMissed(row)) continue;
    for (const service of services) {
      for (const news of await newsOf(context, interests, service, row)) {
        context.storage.appServices.addNews(unit, service.id, { ...news, position: row.position });
        context.storage.jobs.enqueue(unit, { kind: JobKind.TellAppService, key: service.id });
      }
    }
  }
}

type News = Omit<AppServiceNews, 'position'>;

async function newsOf(
  context: AppServiceContext,
  interests: Interests,
  service: AppService,
  row: LogRow,
): Promise<News[]> {
  const { receivesEphemeral, receivesDevices } = service.registration;
  if (row.kind === LogKind.Event) return newsOfEvent(context, interests, service, row);
  if (row.kind === LogKind.Receipt && receivesEphemeral) {
    const room = await context.rooms.registry.byNid(row.room ?? 0);
    if (room === undefined || !(await interests.inRoom(service, room))) return [];
    return [{ kind: 'receipt', key: JSON.stringify([row.room, row.user, row.key]) }];
  }
  if (row.user === undefined) return [];
  if (row.kind === LogKind.ToDevice) {
    const isWanted = row.ref === undefined ? receivesDevices : receivesEphemeral;
    if (!isWanted || !service.speaksFor(await context.storage.strings.valueOf(row.user))) return [];
    return [{ kind: row.ref === undefined ? 'keys' : 'to-device', key: JSON.stringify([row.user, row.key]) }];
  }
  if (row.kind === LogKind.DeviceList && receivesDevices && row.ref === undefined) {
    const userId = await context.storage.strings.valueOf(row.user);
    if (await interests.inUser(service, userId, row.user)) return [{ kind: 'devices-changed', key: userId }];
  }
  return [];
}

async function newsOfEvent(
  { storage, rooms }: AppServiceContext,
  interests: Interests,
  service: AppService,
  { ref, user }: LogRow,
): Promise<News[]> {
  const event = ref === undefined ? undefined : await storage.events.get(ref);
  const room = event === undefined ? undefined : await rooms.registry.byNid(event.roomNid);
  if (event === undefined || room === undefined) return [];
  const found: News[] = [];
  if (await interests.inEvent(service, room, event)) found.push({ kind: 'event', key: String(event.nid) });
  const member = event.pdu.type === 'm.room.member' ? event.pdu.state_key : undefined;
  if (service.registration.receivesDevices && user !== undefined && member !== undefined) {
    const isShared = await interests.inUser(service, member, user);
    if (event.pdu.content.membership === 'join' && isShared) {
      found.push({ kind: 'devices-changed', key: member });
    } else if (found.length > 0 && !isShared) {
      found.push({ kind: 'devices-left', key: member });
    }
  }
  return found;
}
