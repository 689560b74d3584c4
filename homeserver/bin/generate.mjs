// npm run generate [-- --check | record [TEST FILES]]: writes the files that are made from the code, or says which are
// out of date. "record" first runs the behaviour tests, or those that are named, to see which operations they reach.
// Plain JavaScript for Node 18 and newer.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './installation.mjs';
import { run } from './programs.mjs';
import { isNodeNewEnough, ROOT } from './runtime.mjs';
import { SUITES } from './suites.mjs';

if (isNodeNewEnough()) {
  const [mode, ...files] = process.argv.slice(2);
  const recorded = mode === 'record' ? await record(files) : 0;
  process.exitCode = recorded || (await generate(mode === '--check'));
} else {
  process.exitCode = await run(await ensureInstalled(), [
    fileURLToPath(import.meta.url),
    ...process.argv.slice(2),
  ]);
}

/**
 * Has tests write down what they see answered.
 * @param {readonly string[]} files
 * @returns {Promise<number>} an exit code
 */
async function record(files) {
  const suites = SUITES.filter(({ environment }) => environment?.GUILDHALL_TEST_COVERAGE === 'check');
  const wanted = files.length > 0 ? files : suites.flatMap((suite) => suite.files);
  const mocha = join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const environment = { GUILDHALL_TEST_DATABASE: 'sqlite', GUILDHALL_TEST_COVERAGE: 'record' };
  return run(process.execPath, [mocha, '--reporter', 'dot', ...wanted], {
    cwd: ROOT,
    env: { ...process.env, ...environment },
  });
}

/** @param {boolean} onlyCheck */
async function generate(onlyCheck) {
  const configuration = await import('../src/server/configuration/index.ts');
  const { generateOperations } = await import('../src/http/specification/generate-operations.ts');
  const { renderCoveragePage } = await import('../test-kit/spec-coverage/coverage-page.ts');
  const { readCoverage } = await import('../test-kit/spec-coverage/coverage.ts');
  const files = {
    'config/homeserver.sample.yaml': configuration.renderSampleConfiguration(),
    'docs/admin/configuration.md': configuration.renderConfigurationPage(),
    'homeserver/src/http/specification/operations.ts': generateOperations(),
    'docs/spec-coverage.md': renderCoveragePage(readCoverage()),
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
