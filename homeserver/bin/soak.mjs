// npm run soak -- NAME [--seed N] [ARGUMENTS]: the long forms of tests and the benchmarks, whose figures are too costly
// for "npm test"; with a seed that was printed, what failed with it once more. Plain JavaScript for Node 18 and newer.
import { ensureClientBuilt } from './client-build.mjs';
import { ensureInstalled } from './installation.mjs';
import { findChromium, run } from './programs.mjs';
import { ROOT } from './runtime.mjs';
import { SOAKS } from './soaks.mjs';

const [name = '', ...args] = process.argv.slice(2);
const soak = SOAKS[name];
if (soak) {
  const node = await ensureInstalled();
  if (soak.needsClient) await ensureClientBuilt(node);
  const at = args.indexOf('--seed');
  const [, given] = at === -1 ? [] : args.splice(at, 2);
  // Another seed each time: the long forms are there to find what the fixed one does not.
  const seed = String(Date.now() % 2 ** 31);
  const chromium = soak.needsClient ? findChromium() : undefined;
  const env = {
    ...process.env,
    ...(chromium && { GUILDHALL_TEST_CHROMIUM: chromium }),
    GUILDHALL_TEST_SEED: given ?? process.env.GUILDHALL_TEST_SEED ?? seed,
    ...soak.environment,
    ...(given === undefined ? {} : soak.once),
  };
  console.log(`${name}: ${soak.what} (GUILDHALL_TEST_SEED=${env.GUILDHALL_TEST_SEED})`);
  // As with "npm test", CI takes no test for passed that was left out.
  const isStrict = process.env.CI === 'true' && soak.command.some((part) => part.endsWith('mocha.js'));
  const strictness = isStrict ? ['--forbid-only', '--forbid-pending'] : [];
  process.exitCode = await run(node, [...soak.command, ...strictness, ...args], { cwd: ROOT, env });
} else {
  console.error('npm run soak -- NAME, where NAME is one of');
  for (const [known, { what }] of Object.entries(SOAKS)) console.error(`  ${known}: ${what}`);
  process.exitCode = 2;
}
