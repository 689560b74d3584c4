import { type ReactNode, useState } from 'react';
import { AttachmentTrayView } from '../../src/features/composer/AttachmentTrayView.tsx';
import { Composer } from '../../src/features/composer/Composer.tsx';
import { changeComposer, startEdit, startReply } from '../../src/features/composer/composer-store.ts';
import type { AttachmentTray, TrayItem } from '../../src/features/composer/use-attachments.ts';
import type { ChannelDetails } from '../../src/matrix/types.ts';
import { ada, channel, createMessage, createText } from '../fixtures.ts';
import { Stage } from '../Stage.tsx';
import type { Stories } from '../story.ts';
import { World } from '../World.tsx';

const doNothing = (): void => undefined;

function createTray(items: readonly TrayItem[]): AttachmentTray {
  return {
    items,
    add: doNothing,
    remove: doNothing,
    toggleSpoiler: doNothing,
    sendAtOnce: doNothing,
    send: doNothing,
  };
}

function createItem(id: number, name: string, changes: Partial<TrayItem> = {}): TrayItem {
  const file = new File(['a'.repeat(48_000)], name);
  return {
    attachment: { id, file, preview: undefined, shape: { kind: 'file' } },
    progress: undefined,
    error: undefined,
    isSpoiler: false,
    ...changes,
  };
}

const files = createTray([
  createItem(1, 'stage-plan.pdf'),
  createItem(2, 'costumes.zip', { progress: 0.4 }),
  createItem(3, 'film.mkv', { error: 'That is larger than this server accepts.' }),
]);

interface ComposerStoryProps {
  /** A channel of its own: what is written there is kept. */
  readonly name: string;
  readonly prepare?: (channelId: string) => void;
  readonly tray?: AttachmentTray;
  readonly changes?: Partial<ChannelDetails>;
}

function ComposerStory({ name, prepare, tray = createTray([]), changes }: ComposerStoryProps) {
  const [shown] = useState(() => {
    const channelId = `!${name}:hall.example`;
    prepare?.(channelId);
    return { ...channel, channelId, ...changes };
  });
  return (
    <Stage isAtEnd>
      <Composer channel={shown} tray={tray} />
    </Stage>
  );
}

const tell = (story: ReactNode, typing: readonly string[] = []): ReactNode => (
  <World changes={{ typing }}>{story}</World>
);

export const composerStories: Stories = {
  empty: () => tell(<ComposerStory name="empty" />),
  'with text': () =>
    tell(
      <ComposerStory
        name="text"
        prepare={(id) => changeComposer(id, { text: 'The **waves** are mine.\nAll of them.' })}
      />,
    ),
  'a reply': () =>
    tell(
      <ComposerStory
        name="reply"
        prepare={(id) => startReply(id, createMessage(createText('Who painted the boat?')))}
      />,
    ),
  'an edit': () =>
    tell(
      <ComposerStory
        name="edit"
        prepare={(id) =>
          startEdit(id, createMessage(createText('The waves are mine.'), { isOwn: true, author: ada }))
        }
      />,
    ),
  files: () => tell(<ComposerStory name="files" tray={files} />),
  'files alone': () => tell(<AttachmentTrayView tray={files} />),
  'slow mode': () =>
    tell(<ComposerStory name="slow" changes={{ slowMode: { seconds: 30, isExempt: false, readyAt: 0 } }} />),
  'slow mode, waiting': () =>
    tell(
      <ComposerStory
        name="waiting"
        changes={{ slowMode: { seconds: 3600, isExempt: false, readyAt: Date.now() + 3_000_000 } }}
      />,
    ),
  'read only': () => tell(<ComposerStory name="closed" changes={{ writingBar: { kind: 'readOnly' } }} />),
  muted: () => tell(<ComposerStory name="muted" changes={{ writingBar: { kind: 'muted' } }} />),
  'notices of the server': () =>
    tell(<ComposerStory name="notices" changes={{ writingBar: { kind: 'notices' } }} />),
  'a channel that goes on elsewhere': () =>
    tell(
      <ComposerStory
        name="replaced"
        changes={{ writingBar: { kind: 'replaced', channelId: '!new:hall.example', via: [] } }}
      />,
    ),
  'somebody types': () => tell(<ComposerStory name="typing" />, ['Tobias Lindqvist', 'Juno Okafor']),
};
