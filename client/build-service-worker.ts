import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';

const source = fileURLToPath(new URL('src/service-worker/service-worker.ts', import.meta.url));

/** What starts without the server: the hall, its dialogs and settings, and the languages. */
const shellModules = /\/(HallScene\.tsx|DialogHost\.tsx|SettingsScene\.tsx|locales\/ru\.ts)$/;
/** Of the fonts, the letters of both languages. */
const shellFonts = /\/inter-(latin|cyrillic)-wght-normal-[^/]*\.woff2$/;
/** What lies beside the build and is part of every page. */
const publicFiles = ['/favicon.svg', '/layers.css', '/theme.js', '/manifest.webmanifest'];

/** Builds the service worker, which has to know the files of the build by name. */
export function buildServiceWorker(): Plugin {
  let outDir = '';
  return {
    name: 'guildhall-service-worker',
    apply: 'build',
    configResolved(config) {
      outDir = config.build.outDir;
    },
    async writeBundle(_options, bundle) {
      const files = new Set<string>();
      const addChunk = (name: string): void => {
        const chunk = bundle[name];
        if (chunk?.type !== 'chunk' || files.has(name)) return;
        files.add(name);
        for (const style of chunk.viteMetadata?.importedCss ?? []) files.add(style);
        for (const imported of chunk.imports) addChunk(imported);
      };
      for (const [name, file] of Object.entries(bundle)) {
        const isShell =
          file.type === 'chunk'
            ? file.isEntry || shellModules.test(file.facadeModuleId ?? '')
            : shellFonts.test(`/${name}`);
        if (isShell && file.type === 'chunk') addChunk(name);
        else if (isShell) files.add(name);
      }
      const shell = [...publicFiles, ...[...files].sort().map((name) => `/${name}`)];
      const page = bundle['index.html'];
      const version = createHash('sha256')
        .update(JSON.stringify([shell, page?.type === 'asset' ? String(page.source) : '']))
        .digest('hex')
        .slice(0, 12);
      await build({
        configFile: false,
        logLevel: 'warn',
        define: { SHELL_FILES: JSON.stringify(shell), BUILD_VERSION: JSON.stringify(version) },
        build: {
          outDir,
          emptyOutDir: false,
          copyPublicDir: false,
          modulePreload: false,
          rollupOptions: { input: source, output: { format: 'iife', entryFileNames: 'service-worker.js' } },
        },
      });
    },
  };
}
