import { type ReactNode, Suspense, useState } from 'react';
import { useLazy } from '../../lib/use-lazy.ts';
import type { Message } from '../../matrix/types.ts';
import { ErrorBoundary } from '../../ui/ErrorBoundary.tsx';
import type { ShownMedia } from './Lightbox.tsx';

const loadLightbox = () => import('./Lightbox.tsx');

/** The pictures and films of a timeline as large as the window allows; `openMedia` keeps its identity. */
export function useLightbox(listMessages: () => readonly Message[]): {
  readonly openMedia: (message: Message) => void;
  readonly lightbox: ReactNode;
} {
  const [opened, setOpened] = useState<Message>();
  const Lightbox = useLazy(loadLightbox);
  const close = (): void => setOpened(undefined);
  const lightbox = opened && (
    <ErrorBoundary fallback={null}>
      <Suspense>
        <Lightbox media={listMedia(listMessages())} eventId={opened.eventId} handleClose={close} />
      </Suspense>
    </ErrorBoundary>
  );
  return { openMedia: setOpened, lightbox };
}

function listMedia(messages: readonly Message[]): readonly ShownMedia[] {
  return messages.flatMap(({ eventId, content }) => {
    const isShown = (content.kind === 'image' && !content.isSticker) || content.kind === 'video';
    return isShown ? [{ eventId, content }] : [];
  });
}
