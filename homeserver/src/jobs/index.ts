/** Work that outlives the request which asked for it: one file for each kind of job, and the runner that does them. */
export { carryMembershipJob } from './carry-membership.ts';
export { carryProfileJob } from './carry-profile.ts';
export { closeRoomsJob } from './close-rooms.ts';
export { completeRoomJob } from './complete-room.ts';
export { describeRoomsJob } from './describe-rooms.ts';
export { JobRunner } from './job-runner.ts';
export { leaveRoomsJob } from './leave-rooms.ts';
export { listTasks, type ScheduledTask, TASK_STATUSES, type TaskFilter } from './list-tasks.ts';
export { purgeHistoryJob } from './purge-history.ts';
export { purgeLeftoversJob, purgeRoomJob } from './purge-room.ts';
export { purgeUnneededJob } from './purge-unneeded.ts';
export { pushJob } from './push.ts';
export { receiveEventsJob } from './receive-events.ts';
export { redactUserJob } from './redact-user.ts';
export { sendDelayedJob } from './send-delayed.ts';
export { tellAppServiceJob } from './tell-app-service.ts';
export { tendCallJob } from './tend-call.ts';
export { tendMediaJob } from './tend-media.ts';
