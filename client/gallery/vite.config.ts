import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The component gallery: a page of its own, which is no part of the product's build.
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  publicDir: fileURLToPath(new URL('../public', import.meta.url)),
  plugins: [react()],
  build: {
    target: ['chrome140', 'firefox140', 'safari18'],
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
  },
  // Sources lie beside the gallery, fonts in the workspace's packages.
  server: { fs: { allow: [fileURLToPath(new URL('../..', import.meta.url))] } },
});
