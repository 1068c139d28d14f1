/* global document, localStorage */
// Runs before the first paint, so that nobody who has chosen dark is dazzled by a white page first.
try {
  const theme = localStorage.getItem('vultus.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Without storage the system decides.
}
