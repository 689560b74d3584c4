// Runs before the first paint, so that what somebody chose never flashes in another theme, size or colour.
// Same keys and values as src/lib/theme.ts and src/lib/appearance.ts.
try {
  const root = document.documentElement;
  const theme = localStorage.getItem('guildhall.theme');
  if (theme === 'dark' || theme === 'light') root.dataset.theme = theme;
  const { painted } = JSON.parse(localStorage.getItem('guildhall.appearance') ?? '{}');
  Object.assign(root.dataset, painted?.data);
  for (const [name, value] of Object.entries(painted?.style ?? {})) root.style.setProperty(name, value);
} catch {
  // Storage is blocked: the system's preference decides.
}
