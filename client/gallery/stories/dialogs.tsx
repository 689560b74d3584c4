import type { ComponentProps, ReactNode } from 'react';
import type { DialogRequest } from '../../src/app/dialog-store.ts';
import DialogHost from '../../src/features/dialogs/DialogHost.tsx';
import Lightbox from '../../src/features/timeline/Lightbox.tsx';
import { channelId, createText, guildId, juno, junoCard, now, reactions } from '../fixtures.ts';
import type { Stories } from '../story.ts';
import { World } from '../World.tsx';

function ask(request: DialogRequest, world: Omit<ComponentProps<typeof World>, 'children'> = {}): ReactNode {
  return (
    <World {...world}>
      <DialogHost request={request} />
    </World>
  );
}

const versions = { kind: 'versions', channelId, eventId: '$message' } as const;
const fail = (): Promise<never> => Promise.reject(new Error('unreachable'));
const never = (): Promise<never> => new Promise(() => undefined);

export const dialogStories: Stories = {
  'create a guild': () => ask({ kind: 'create-guild' }),
  'create a channel': () => ask({ kind: 'create-channel', guildId }),
  'create a category': () => ask({ kind: 'create-category', guildId }),
  invite: () => ask({ kind: 'invite', guildId }),
  'invite, failed': () => ask({ kind: 'invite', guildId }, { answers: { createInvite: fail } }),
  'jump to a date': () => ask({ kind: 'jump-to-date', channelId }),
  'create a poll': () => ask({ kind: 'create-poll', channelId }),
  'rename a folder': () => ask({ kind: 'rename-folder', folderId: 'folder-1' }),
  notifications: () => ask({ kind: 'notifications', roomId: guildId, name: 'The Lantern Club' }),
  switcher: () => ask({ kind: 'switcher' }),
  inbox: () => ask({ kind: 'inbox' }),
  'inbox, empty': () => ask({ kind: 'inbox' }, { changes: { inbox: { mentions: [], unread: [] } } }),
  keys: () => ask({ kind: 'keys' }),
  'new conversation': () => ask({ kind: 'new-direct' }),
  'own profile': () => ask({ kind: 'profile' }),
  person: () => ask({ kind: 'person', userId: juno.userId, roomId: channelId }),
  'a blocked person': () =>
    ask({ kind: 'person', userId: juno.userId }, { changes: { person: { ...junoCard, isBlocked: true } } }),
  versions: () =>
    ask(versions, {
      answers: {
        listVersions: () =>
          Promise.resolve([
            { eventId: '$new', timestamp: now, content: createText('The big waves are mine.') },
            { eventId: '$old', timestamp: now - 60_000, content: createText('The waves are mine.') },
          ]),
      },
    }),
  'versions, loading': () => ask(versions, { answers: { listVersions: never } }),
  'versions, failed': () => ask(versions, { answers: { listVersions: fail } }),
  forward: () => ask({ kind: 'forward', channelId, eventId: '$message' }),
  reactions: () => ask({ kind: 'reactions', reactions }),
  report: () => ask({ kind: 'report', channelId, eventId: '$message', authorName: juno.name }),
  confirm: () =>
    ask({
      kind: 'confirm',
      title: 'Delete this message?',
      text: 'Nobody can read it any more.',
      confirmLabel: 'Delete',
      perform: () => Promise.resolve(),
    }),
  lightbox: () => (
    <World>
      <Lightbox
        eventId="$one"
        handleClose={() => undefined}
        media={['$one', '$two'].map((eventId) => ({
          eventId,
          content: {
            kind: 'image',
            mxc: 'mxc://hall.example/harbour',
            name: 'harbour.jpg',
            width: 480,
            height: 320,
            size: 48_000,
            mimeType: 'image/jpeg',
            caption: undefined,
            isSpoiler: false,
            isSticker: false,
          },
        }))}
      />
    </World>
  ),
};
