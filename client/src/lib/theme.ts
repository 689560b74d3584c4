import { create } from 'zustand';
import { keepItem } from './keep-item.ts';

export type Theme = 'dark' | 'light';

/** What somebody chose; the system's theme is whichever it has at the moment. */
export type ThemeChoice = Theme | 'system';

/** The same key as in public/theme.js, which applies the choice before the first paint. */
const storageKey = 'guildhall.theme';

interface ThemeState {
  /** The theme that is on the screen, whoever chose it. */
  readonly theme: Theme;
  readonly choice: ThemeChoice;
}

function readTheme(): ThemeState {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === 'dark' || chosen === 'light') return { theme: chosen, choice: chosen };
  const isLight = window.matchMedia('(prefers-color-scheme: light)').matches;
  return { theme: isLight ? 'light' : 'dark', choice: 'system' };
}

export const useTheme = create<ThemeState>((set) => {
  const handleChange = (): void => set(readTheme());
  window.matchMedia('(prefers-color-scheme: light)').addEventListener('change', handleChange);
  return readTheme();
});

export function chooseTheme(choice: ThemeChoice): void {
  if (choice === 'system') {
    localStorage.removeItem(storageKey);
    delete document.documentElement.dataset.theme;
  } else {
    keepItem(storageKey, choice);
    document.documentElement.dataset.theme = choice;
  }
  useTheme.setState(readTheme());
}
