// npm run generate [-- --check]: writes the files that are made from the code, or says which are out of date.
// Plain JavaScript for Node 18 and newer.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './installation.mjs';
import { run } from './programs.mjs';
import { isNodeNewEnough, ROOT } from './runtime.mjs';

if (isNodeNewEnough()) {
  process.exitCode = await generate(process.argv.includes('--check'));
} else {
  process.exitCode = await run(await ensureInstalled(), [
    fileURLToPath(import.meta.url),
    ...process.argv.slice(2),
  ]);
}

/** @param {boolean} onlyCheck */
async function generate(onlyCheck) {
  const configuration = await import('../src/server/configuration/index.ts');
  const { generateOperations } = await import('../src/http/specification/generate-operations.ts');
  const files = {
    'config/homeserver.sample.yaml': configuration.renderSampleConfiguration(),
    'docs/admin/configuration.md': configuration.renderConfigurationPage(),
    'homeserver/src/http/specification/operations.ts': generateOperations(),
  };
  let outdated = 0;
  for (const [path, content] of Object.entries(files)) {
    if (read(path) === content) continue;
    outdated += 1;
    if (onlyCheck) {
      console.error(`${path} is out of date: run "npm run generate"`);
    } else {
      mkdirSync(dirname(join(ROOT, path)), { recursive: true });
      writeFileSync(join(ROOT, path), content);
      console.log(`wrote ${path}`);
    }
  }
  return onlyCheck && outdated > 0 ? 1 : 0;
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(join(ROOT, path), 'utf8');
  } catch {
    return undefined;
  }
}
