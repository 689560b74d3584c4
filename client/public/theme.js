// Runs before the first paint, so that a chosen theme never flashes in the other one.
// Same key and values as src/lib/theme.ts.
try {
  const theme = localStorage.getItem('guildhall.theme');
  if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is blocked: the system's preference decides.
}
