import { create } from 'zustand';

export type Theme = 'dark' | 'light';

/** The same key as in public/theme.js, which applies the choice before the first paint. */
const storageKey = 'guildhall.theme';

interface ThemeState {
  /** The theme that is on the screen, whoever chose it. */
  readonly theme: Theme;
}

function readTheme(): Theme {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === 'dark' || chosen === 'light') return chosen;
  return window.matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
}

export const useTheme = create<ThemeState>((set) => {
  const handleChange = (): void => set({ theme: readTheme() });
  window.matchMedia('(prefers-color-scheme: light)').addEventListener('change', handleChange);
  return { theme: readTheme() };
});

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(storageKey, theme);
  document.documentElement.dataset.theme = theme;
  useTheme.setState({ theme });
}
