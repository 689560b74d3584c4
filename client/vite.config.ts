import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { buildServiceWorker } from './build-service-worker.ts';

/** Where the homeserver listens while the client is developed with `npm run dev -w client`. */
const homeserver = process.env.GUILDHALL_DEV_SERVER ?? 'http://localhost:8008';

/** Paths that belong to the homeserver; everything else is the client's. */
const homeserverPaths = ['/_matrix', '/_guildhall', '/.well-known'];

export default defineConfig({
  plugins: [react(), buildServiceWorker()],
  build: {
    target: ['chrome140', 'firefox140', 'safari18'],
    // One stylesheet a chunk; the first page never waits for the style of the whole application.
    cssCodeSplit: true,
    // Fonts and images stay files: a `data:` URL would need a looser content security policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
  },
  server: {
    proxy: Object.fromEntries(
      homeserverPaths.map((path) => [path, { target: homeserver, changeOrigin: false }]),
    ),
  },
});
