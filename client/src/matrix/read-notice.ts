import type { MatrixEvent, Room } from 'matrix-js-sdk';
import { t } from '../lib/i18n/translate.ts';
import { isSteward } from '../lib/identifiers.ts';
import { asArray, asString } from '../lib/parse.ts';
import { readPerson } from './read-room.ts';
import type { NoticeChange } from './types.ts';

/** What a state event changed, in words; undefined for what is nobody's concern, the steward's doings among it. */
export function readNoticeChange(room: Room, event: MatrixEvent): NoticeChange | undefined {
  if (!event.isState() || event.isRedacted()) return undefined;
  return event.getType() === 'm.room.member' ? readMemberChange(room, event) : readStateChange(room, event);
}

function readMemberChange(room: Room, event: MatrixEvent): NoticeChange | undefined {
  const userId = event.getStateKey() ?? '';
  if (isSteward(userId)) return undefined;
  const before = asString(event.getPrevContent().membership);
  const content = event.getContent();
  const after = asString(content.membership);
  const name = asString(content.displayname) ?? readPerson(room, userId).name;
  const byOther = event.getSender() !== userId;
  if (after === 'join' && before === 'join') return readNewName(event, userId);
  if (after === 'join') return { type: 'joined', name };
  if (after === 'invite') return { type: 'invited', name };
  if (after === 'ban') return { type: 'banned', name: readOldName(event) ?? name };
  if (after !== 'leave' || before === 'ban') return undefined;
  return { type: byOther ? 'removed' : 'left', name: readOldName(event) ?? name };
}

function readOldName(event: MatrixEvent): string | undefined {
  return asString(event.getPrevContent().displayname);
}

function readNewName(event: MatrixEvent, userId: string): NoticeChange | undefined {
  const before = readOldName(event) ?? readPerson(null, userId).name;
  const after = asString(event.getContent().displayname) ?? readPerson(null, userId).name;
  return before === after ? undefined : { type: 'text', text: t('notice.renamed', { before, after }) };
}

function readStateChange(room: Room, event: MatrixEvent): NoticeChange | undefined {
  const authorId = event.getSender() ?? '';
  if (isSteward(authorId)) return undefined;
  const { name } = readPerson(room, authorId);
  const content = event.getContent();
  switch (event.getType()) {
    case 'm.room.name':
      return { type: 'text', text: describeName(name, asString(content.name)) };
    case 'm.room.topic':
      return { type: 'text', text: describeTopic(name, asString(content.topic)) };
    case 'm.room.pinned_events':
      return readPinned(event, name);
    case 'm.room.avatar':
      return { type: 'text', text: t('notice.picture', { name }) };
    case 'm.room.encryption':
      return { type: 'text', text: t('notice.secret', { name }) };
    default:
      return undefined;
  }
}

/** A pin is news; that one was taken away is not. */
function readPinned(event: MatrixEvent, name: string): NoticeChange | undefined {
  const before = new Set(asArray(event.getPrevContent().pinned));
  const isNew = asArray(event.getContent().pinned).some((eventId) => !before.has(eventId));
  return isNew ? { type: 'text', text: t('notice.pinned', { name }) } : undefined;
}

function describeName(name: string, channel: string | undefined): string {
  return channel === undefined
    ? t('notice.channelUnnamed', { name })
    : t('notice.channelNamed', { name, channel });
}

function describeTopic(name: string, topic: string | undefined): string {
  return topic === undefined ? t('notice.topicRemoved', { name }) : t('notice.topicSet', { name, topic });
}
