export type Theme = 'system' | 'dark' | 'light';

/** The same key as in public/theme.js, which applies the choice before the first paint. */
const storageKey = 'guildhall.theme';

export function readTheme(): Theme {
  const stored = localStorage.getItem(storageKey);
  return stored === 'dark' || stored === 'light' ? stored : 'system';
}

/** The theme that is on the screen now, whoever chose it. */
export function readShownTheme(): 'dark' | 'light' {
  const theme = readTheme();
  if (theme !== 'system') return theme;
  return window.matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
}

export function chooseTheme(theme: Theme): void {
  if (theme === 'system') {
    localStorage.removeItem(storageKey);
    delete document.documentElement.dataset.theme;
    return;
  }
  localStorage.setItem(storageKey, theme);
  document.documentElement.dataset.theme = theme;
}
