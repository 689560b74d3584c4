import type { AppService } from '../../accounts/index.ts';
import { type AppServiceTransaction, JobKind, UnitOfWork } from '../../storage/index.ts';
import type { AppServiceContext } from './app-service-context.ts';
import { writeTransaction } from './write-transaction.ts';

const MOST_NEWS = 100;
const FIRST_PAUSE_MS = 1_000;
/** As Synapse: a bridge that was down for long is told soon after it is back. */
const LONGEST_PAUSE_MS = 8 * 60_000;

/**
 * Tells an application service what there is to tell, one transaction at a time, in order. A transaction is stored
 * before it is sent and repeated as it is until the application service says that it has it: so nothing is lost, and
 * what is told twice has the same ID.
 *
 * Source: Application Service API v1.19, "Pushing events".
 * @param signal ends it; what is under way then is told again.
 */
export async function tellAppService(
  context: AppServiceContext,
  serviceId: string,
  signal: AbortSignal,
): Promise<void> {
  const { services, storage, clock } = context;
  const service = services.all.find(({ id }) => id === serviceId);
  if (service?.registration.url === undefined) return;
  for (;;) {
    // What is thrown then keeps the job for the next start.
    signal.throwIfAborted();
    const transaction = await nextTransaction(context, service);
    if (transaction?.body === undefined || transaction.body === null) return;
    if (transaction.retryAt > clock.now()) return later(context, service, transaction);
    const { number, body } = transaction;
    const problem = await send(context, service, { number, body }, signal);
    if (problem !== undefined) return postpone(context, service, transaction, problem);
    const unit = new UnitOfWork();
    storage.appServices.finish(unit, service.id, transaction);
    for (const { kind, key, position } of transaction.news) {
      if (kind !== 'to-device') continue;
      const [userNid, deviceId] = JSON.parse(key) as [number, string];
      storage.toDevice.acknowledge(unit, { userNid, deviceId }, position);
    }
    await storage.database.commit(unit);
  }
}

/** The transaction that has not arrived yet, or a new one. */
async function nextTransaction(
  context: AppServiceContext,
  service: AppService,
): Promise<AppServiceTransaction | undefined> {
  const { storage } = context;
  const last = await storage.appServices.transaction(service.id);
  if (last !== undefined && last.body !== null) return last;
  for (;;) {
    const news = await storage.appServices.news(service.id, MOST_NEWS);
    if (news.length === 0) return undefined;
    const body = await writeTransaction(context, service, news);
    const unit = new UnitOfWork();
    const number = (last?.number ?? 0) + 1;
    const transaction = { number, body: body ?? null, news, failures: 0, retryAt: 0 };
    if (body === undefined) for (const one of news) storage.appServices.removeNews(unit, service.id, one);
    else storage.appServices.begin(unit, service.id, transaction);
    await storage.database.commit(unit);
    if (body !== undefined) return transaction;
  }
}

/** @returns why it has not arrived; undefined if it has. */
async function send(
  { calls, rooms }: AppServiceContext,
  service: AppService,
  { number, body }: { readonly number: number; readonly body: string },
  signal: AbortSignal,
): Promise<string | undefined> {
  // With the life of the database, as one that was restored counts from an earlier number on.
  const id = encodeURIComponent(`${rooms.epoch}.${number}`);
  const call = {
    method: 'PUT',
    path: `/_matrix/app/v1/transactions/${id}`,
    oldPath: `/transactions/${id}`,
    body,
    signal,
  } as const;
  try {
    const { status } = await calls.send(service, call);
    return status >= 200 && status < 300 ? undefined : `it answered with status ${status}`;
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  }
}

async function postpone(
  context: AppServiceContext,
  service: AppService,
  transaction: AppServiceTransaction,
  problem: string,
): Promise<void> {
  const { storage, clock, logger } = context;
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(transaction.failures, 20), LONGEST_PAUSE_MS);
  const failed = {
    ...transaction,
    failures: transaction.failures + 1,
    retryAt: clock.now() + pauseMs,
  };
  logger.warn('an application service did not take a transaction', {
    service: service.id,
    transaction: transaction.number,
    problem,
    pauseMs,
  });
  const unit = new UnitOfWork();
  storage.appServices.postpone(unit, service.id, failed);
  await storage.database.commit(unit);
  await later(context, service, failed);
}

/** News that come meanwhile start the job early, which then only puts itself off again. */
async function later(
  { storage }: AppServiceContext,
  service: AppService,
  { retryAt }: AppServiceTransaction,
): Promise<void> {
  const unit = new UnitOfWork();
  storage.jobs.enqueue(unit, { kind: JobKind.TellAppService, key: service.id, runAt: retryAt });
  await storage.database.commit(unit);
}
