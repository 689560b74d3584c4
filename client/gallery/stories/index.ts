import type { ComponentType } from 'react';
import type { Stories } from '../story.ts';
import { composerStories } from './composer.tsx';
import { dialogStories } from './dialogs.tsx';
import { listStories } from './lists.tsx';
import { messageStories } from './messages.tsx';
import { settingsStories } from './settings.tsx';
import { uiStories } from './ui.tsx';

const groups: Readonly<Record<string, Stories>> = {
  ui: uiStories,
  messages: messageStories,
  composer: composerStories,
  lists: listStories,
  dialogs: dialogStories,
  settings: settingsStories,
};

const stories: ReadonlyMap<string, ComponentType> = new Map(
  Object.entries(groups).flatMap(([group, members]) =>
    Object.entries(members).map(([name, story]) => [`${group}/${name}`, story] as const),
  ),
);

/** The stories in the order in which the gallery lists them, as `group/name`. */
export const storyIds: readonly string[] = [...stories.keys()];

export function findStory(storyId: string): ComponentType | undefined {
  return stories.get(storyId);
}
