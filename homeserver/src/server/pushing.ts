import {
  collectPushes,
  deliverPushes,
  listNotifications,
  type MissedMessagesMails,
  type NotificationsPage,
  type NotificationsRequest,
  type PushContext,
  PushGateway,
  type PushGatewayOptions,
  WebPush,
} from '../delivery/index.ts';
import type { Viewer } from '../rooms/index.ts';
import type { LogReader } from './log-readers.ts';

/** Pushing, put together: who reads the log for it, what its jobs do, and what HTTP serves of it. */
export interface Pushing {
  readonly reader: LogReader;
  readonly deliver: (jobKey: string) => Promise<void>;
  readonly gateway: PushGateway;
  readonly webPush: WebPush;
  readonly listNotifications: (viewer: Viewer, request: NotificationsRequest) => Promise<NotificationsPage>;
}

export async function createPushing(
  context: PushContext & Pick<PushGatewayOptions, 'publicUrl'>,
  mails: MissedMessagesMails | undefined,
): Promise<Pushing> {
  const webPush = await WebPush.open(context.storage, context.publicUrl);
  const gateway = new PushGateway({ ...context, webPush });
  return {
    // What was there before anybody could be pushed to is no news.
    reader: {
      name: 'push',
      begin: 'newest',
      handle: (rows, unit) => collectPushes(context, rows, unit),
    },
    deliver: (jobKey) => deliverPushes(context, gateway, mails, jobKey),
    gateway,
    webPush,
    listNotifications: (viewer, request) => listNotifications(context, viewer, request),
  };
}
