import {
  EventTimeline,
  type MatrixClient,
  type MatrixEvent,
  NotificationCountType,
  type Room,
} from 'matrix-js-sdk';
import { isSteward, readLocalpart } from '../lib/identifiers.ts';
import { asArray, asObject, asString } from '../lib/parse.ts';
import type { SpaceChild } from './channel-tree.ts';
import { isMuted } from './muted-rooms.ts';
import { pollStart } from './polls.ts';
import type { Permissions, Person, Presence, Unread } from './types.ts';
import { findUnread, type UnreadCandidate } from './unread.ts';

/** How many of the newest loaded events are looked at for unread marks. */
const unreadDepth = 100;

/** How many pins are shown: the list is as long as anybody makes it. */
const mostPins = 100;

/** The state event with which a channel says how often one may speak in it: see docs/guildhall-api.md. */
export const slowModeType = 'io.guildhall.slowmode';

const messageTypes: ReadonlySet<string> = new Set([
  'm.room.message',
  'm.sticker',
  'm.room.encrypted',
  pollStart,
]);

/** Whether an event is something that a person said: the kind of event that makes a channel unread. */
export function isMessageEvent(event: MatrixEvent): boolean {
  return messageTypes.has(event.getType()) && !event.isRelation('m.replace');
}

/** A member of a room as views show them; without a member event, as much as the user ID says. */
export function readPerson(room: Room | null, userId: string): Person {
  const member = room?.getMember(userId);
  const name = member?.name;
  return {
    userId,
    name: name && name !== userId ? name : readLocalpart(userId),
    avatarMxc: member?.getMxcAvatarUrl(),
  };
}

export function readPresence(client: MatrixClient, userId: string): Presence {
  switch (client.getUser(userId)?.presence) {
    case 'online':
      return 'online';
    case 'unavailable':
      return 'idle';
    case 'busy':
    case 'org.matrix.msc3026.busy':
      return 'dnd';
    default:
      return 'offline';
  }
}

export function readAvatar(room: Room): string | undefined {
  return room.getMxcAvatarUrl() ?? undefined;
}

export function readTopic(room: Room): string | undefined {
  return asString(readState(room, 'm.room.topic')?.getContent().topic);
}

/** The state event of a type, or undefined. */
export function readState(room: Room, type: string, stateKey = ''): MatrixEvent | undefined {
  return room.getLiveTimeline().getState(EventTimeline.FORWARDS)?.getStateEvents(type, stateKey) ?? undefined;
}

/** The messages that are pinned in a room, the newest last (Matrix 1.19, "m.room.pinned_events"). */
export function readPinnedIds(room: Room): readonly string[] {
  const pinned = asArray(readState(room, 'm.room.pinned_events')?.getContent().pinned);
  return pinned.filter((eventId) => typeof eventId === 'string').slice(-mostPins);
}

/** What a space points to: children whose `via` is empty were taken out again (Matrix 1.19, "m.space.child"). */
export function readSpaceChildren(room: Room): readonly SpaceChild[] {
  const events =
    room.getLiveTimeline().getState(EventTimeline.FORWARDS)?.getStateEvents('m.space.child') ?? [];
  return events.flatMap((event) => {
    const roomId = event.getStateKey();
    const content = event.getContent();
    if (!roomId || asArray(content.via).length === 0) return [];
    return [{ roomId, order: asString(content.order), timestamp: event.getTs() }];
  });
}

export function readUnread(client: MatrixClient, room: Room): Unread {
  if (isMuted(client, room.roomId)) return { unread: false, mentions: 0 };
  return findUnread(listUnreadCandidates(client, room), {
    total: room.getUnreadNotificationCount(NotificationCountType.Total),
    highlights: room.getUnreadNotificationCount(NotificationCountType.Highlight),
  });
}

function* listUnreadCandidates(client: MatrixClient, room: Room): Generator<UnreadCandidate> {
  const ownId = client.getSafeUserId();
  const blocked = new Set(client.getIgnoredUsers());
  const events = room.getLiveTimeline().getEvents();
  const joinedAt = readJoinTime(room, ownId);
  const oldest = Math.max(0, events.length - unreadDepth);
  for (let index = events.length - 1; index >= oldest; index -= 1) {
    const event = events[index];
    const eventId = event?.getId();
    if (!event || !eventId) continue;
    yield {
      countsAsMessage: isMessageEvent(event) && !event.isRedacted() && !blocked.has(event.getSender() ?? ''),
      isOwn: event.getSender() === ownId && event.getType() !== 'm.room.member',
      // What was said before we came is history, not news.
      isRead: event.getTs() < joinedAt || room.hasUserReadEvent(ownId, eventId),
      mentionsMe: mentionsUser(event, ownId),
    };
  }
}

/** When a member came, in milliseconds; 0 when the event that says so is not known (a new name is one as well). */
export function readJoinTime(room: Room, userId: string): number {
  const event = room.getMember(userId)?.events.member;
  return event && event.getPrevContent().membership !== 'join' ? event.getTs() : 0;
}

/** Whether a message is meant for a person in particular (Matrix 1.19, "User and room mentions"). */
export function mentionsUser(event: MatrixEvent, userId: string): boolean {
  const mentions = asObject(event.getContent()['m.mentions']);
  return mentions?.room === true || asArray(mentions?.user_ids).includes(userId);
}

const noPermissions: Permissions = {
  canSend: false,
  canRename: false,
  canSetTopic: false,
  canInvite: false,
  canAddChannels: false,
  canDeleteOthers: false,
  canPin: false,
  canReact: false,
  canSendStickers: false,
  canBeginPolls: false,
  canSetSlowMode: false,
  canSetForum: false,
  canKick: false,
  canBan: false,
  canSetAvatar: false,
  canClose: false,
  canSetLevels: false,
  level: 0,
};

export function readPermissions(room: Room, userId: string): Permissions {
  const state = room.getLiveTimeline().getState(EventTimeline.FORWARDS);
  if (!state || room.getMyMembership() !== 'join') return noPermissions;
  const ownLevel = room.getMember(userId)?.powerLevel ?? 0;
  return {
    canSend: state.maySendMessage(userId),
    canRename: state.maySendStateEvent('m.room.name', userId),
    canSetTopic: state.maySendStateEvent('m.room.topic', userId),
    canInvite: room.canInvite(userId),
    canAddChannels: state.maySendStateEvent('m.space.child', userId),
    canPin: state.maySendStateEvent('m.room.pinned_events', userId),
    canReact: state.maySendEvent('m.reaction', userId),
    canSendStickers: state.maySendEvent('m.sticker', userId),
    canBeginPolls: state.maySendEvent(pollStart, userId),
    canSetForum: state.maySendStateEvent('io.guildhall.forum', userId),
    canSetSlowMode: state.maySendStateEvent(slowModeType, userId),
    canKick: state.hasSufficientPowerLevelFor('kick', ownLevel),
    canBan: state.hasSufficientPowerLevelFor('ban', ownLevel),
    canSetAvatar: state.maySendStateEvent('m.room.avatar', userId),
    canClose: state.maySendStateEvent('m.room.tombstone', userId),
    canSetLevels: state.maySendStateEvent('m.room.power_levels', userId),
    level: ownLevel,
    canDeleteOthers: state.hasSufficientPowerLevelFor('redact', ownLevel),
  };
}

/** How many people are in a room; the steward is not one. */
export function countPeople(room: Room, stewardId: string): number {
  const stewardJoined = room.getMember(stewardId)?.membership === 'join';
  return Math.max(0, room.getJoinedMemberCount() - (stewardJoined ? 1 : 0));
}

/** The user IDs of those who are in a conversation with us, or were asked to be. */
export function listPartners(room: Room, ownUserId: string): readonly string[] {
  return room
    .getMembers()
    .filter(({ userId, membership }) => {
      return userId !== ownUserId && !isSteward(userId) && (membership === 'join' || membership === 'invite');
    })
    .map((member) => member.userId);
}

/** The steward of our own server: every guild made here has it as a member. */
export function buildStewardId(ownUserId: string): string {
  return `@_guildhall${ownUserId.slice(ownUserId.indexOf(':'))}`;
}
