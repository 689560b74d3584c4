import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/inter/wght-italic.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import '../src/ui/tokens.css';
import '../src/ui/base.css';
import { StrictMode, useSyncExternalStore } from 'react';
import { createRoot } from 'react-dom/client';
import { changeAppearance } from '../src/lib/appearance.ts';
import { chooseTheme } from '../src/lib/theme.ts';
import { ErrorBoundary } from '../src/ui/ErrorBoundary.tsx';
import { TooltipProvider } from '../src/ui/Tooltip.tsx';
import { GalleryFrame } from './GalleryFrame.tsx';
import { parsePlace } from './place.ts';
import { findStory, storyIds } from './stories/index.ts';

const container = document.getElementById('root');
if (!container) throw new Error('The page has no root element.');
// Tests open every story by its ID.
Object.assign(window, { galleryStories: storyIds });
createRoot(container).render(
  <StrictMode>
    <Gallery />
  </StrictMode>,
);

function watchHash(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

/** One story over the whole page, or the list of them with one in a frame. */
function Gallery() {
  const hash = useSyncExternalStore(watchHash, () => window.location.hash);
  const place = parsePlace(hash);
  const { storyId, theme, ...looks } = place;
  if (storyId === undefined) return <GalleryFrame storyIds={storyIds} />;
  chooseTheme(theme);
  changeAppearance(looks);
  const Story = findStory(storyId);
  if (!Story) return <p>There is no story {storyId}.</p>;
  return (
    <ErrorBoundary key={hash} fallback={<p>This story broke.</p>}>
      <TooltipProvider>
        <div data-story={storyId}>
          <Story />
        </div>
      </TooltipProvider>
    </ErrorBoundary>
  );
}
