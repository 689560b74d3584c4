import type { Accounts } from '../accounts/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Lifecycle } from '../base/lifecycle.ts';
import type { Logger } from '../base/logger.ts';
import type { GuildsContext } from '../guilds/index.ts';
import {
  carryMembershipJob,
  carryProfileJob,
  closeRoomsJob,
  completeRoomJob,
  describeRoomsJob,
  endMutesJob,
  forgetDestinationsJob,
  JobRunner,
  leaveRoomsJob,
  purgeHistoryJob,
  purgeLeftoversJob,
  purgeRoomJob,
  purgeUnneededJob,
  pushJob,
  receiveEventsJob,
  redactUserJob,
  sendDelayedJob,
  tellAppServiceJob,
  tendCallJob,
  tendMediaJob,
} from '../jobs/index.ts';
import type { Media } from '../media/index.ts';
import type { CallKeeper, DelayedEvents } from '../realtime/index.ts';
import type { RoomsContext } from '../rooms/index.ts';
import type { Storage } from '../storage/index.ts';

/** What jobs work with. */
interface JobParts {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly rooms: RoomsContext;
  readonly accounts: Accounts;
  readonly guilds: GuildsContext;
  readonly media: Media;
  readonly delayedEvents: DelayedEvents;
  readonly callKeeper: CallKeeper;
  /** Takes events that other servers have sent into their room. */
  readonly receiveStaged: (origin: string, signal: AbortSignal) => Promise<void>;
  /** Does what the pusher of a job has to do. */
  readonly deliverPushes: (jobKey: string) => Promise<void>;
  /** Gets the members that a room still lacks. */
  readonly completeRoom: (roomId: string, signal: AbortSignal) => Promise<void>;
  /** Tells the application service of a job what there is to tell. */
  readonly tellAppService: (serviceId: string, signal: AbortSignal) => Promise<void>;
}

/** Begins to do what is stored to be done, until the server stops. */
export async function startJobs(
  {
    rooms,
    accounts,
    guilds,
    media,
    delayedEvents,
    callKeeper,
    receiveStaged,
    deliverPushes,
    tellAppService,
    completeRoom,
    ...options
  }: JobParts,
  lifecycle: Lifecycle,
): Promise<void> {
  const runner = new JobRunner({
    ...options,
    definitions: [
      carryMembershipJob(guilds),
      carryProfileJob(rooms),
      closeRoomsJob(guilds),
      completeRoomJob(completeRoom),
      describeRoomsJob(rooms),
      endMutesJob(accounts),
      forgetDestinationsJob(options.storage, options.clock),
      redactUserJob(rooms),
      leaveRoomsJob(rooms),
      purgeRoomJob(rooms),
      purgeLeftoversJob(rooms),
      purgeHistoryJob(rooms),
      purgeUnneededJob(rooms),
      receiveEventsJob(receiveStaged),
      sendDelayedJob(delayedEvents),
      pushJob(deliverPushes),
      tellAppServiceJob(tellAppService),
      tendCallJob(callKeeper),
      tendMediaJob(media),
    ],
  });
  lifecycle.onStop('jobs', () => runner.stop());
  await runner.start();
}
