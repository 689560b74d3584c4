/** What leaves the server for people who are not looking: notifications. */
export { AppServiceCalls } from './appservices/app-service-calls.ts';
export type { AppServiceContext } from './appservices/app-service-context.ts';
export { AppServiceQueries, type LookUpKind } from './appservices/app-service-queries.ts';
export { collectNews } from './appservices/collect-news.ts';
export { followEphemeral } from './appservices/follow-ephemeral.ts';
export { pingAppService } from './appservices/ping-app-service.ts';
export { tellAppService } from './appservices/tell-app-service.ts';
export { collectPushes } from './push/collect-pushes.ts';
export { deliverPushes } from './push/deliver-pushes.ts';
export {
  listNotifications,
  type NotificationsPage,
  type NotificationsRequest,
} from './push/list-notifications.ts';
export type { MissedMessagesMails } from './push/mail-missed-messages.ts';
export type { PushContext, PushedUser } from './push/push-context.ts';
export { PushGateway, type PushGatewayOptions } from './push/push-gateway.ts';
export { WebPush } from './push/web-push.ts';
