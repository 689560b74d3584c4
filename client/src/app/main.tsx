import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/inter/wght-italic.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import '../ui/tokens.css';
import '../ui/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { adoptOldSession } from '../lib/homeserver/session.ts';
import { startLanguage } from '../lib/i18n/language-store.ts';
import { App } from './App.tsx';

const container = document.getElementById('root');
if (!container) throw new Error('The page has no root element.');
adoptOldSession();
// Nothing is drawn before it can be said in the reader's language.
await startLanguage();
createRoot(container).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
