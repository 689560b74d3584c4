import { relative } from 'node:path';
import type { Hook, RootHookObject, Suite } from 'mocha';
import type { SeenAnswer } from './answer-check.ts';
import {
  type Coverage,
  mergeCoverage,
  readCoverage,
  staleClaims,
  unclaimedSuccesses,
  writeCoverage,
} from './coverage.ts';

/** `check` holds the run to what is written down, `record` writes it down; otherwise nothing is noted. */
const mode = process.env.GUILDHALL_TEST_COVERAGE;

/** By test file; each answer once, as the route table that explains it is loaded only in the end. */
const answers = new Map<string, Map<string, Answer>>();
/** What a `before` of a file has seen: Mocha does not tell whose it is until the first test. */
let unassigned: Answer[] = [];
let currentFile: string | undefined;

interface Answer extends Pick<SeenAnswer, 'method' | 'path' | 'status'> {
  /** An operation that shares its method and path with another one, and is told from it by what is asked. */
  readonly sharing: string | undefined;
}

/** Notes for the file of the running test that an operation was answered with a status. */
export function recordAnswer({
  method,
  path,
  status,
  asked,
}: Pick<SeenAnswer, 'method' | 'path' | 'status' | 'asked'>): void {
  if (mode === undefined) return;
  const [bare = '', query = ''] = path.split('?', 2);
  assign({ method, path: bare, status, sharing: sharingOperation(bare, query, asked) });
}

function sharingOperation(path: string, query: string, asked = ''): string | undefined {
  if (path.endsWith('/invite') && asked.includes('"medium"')) return 'inviteBy3PID';
  return path.endsWith('/events') && query.includes('room_id=') ? 'peekEvents' : undefined;
}

function assign(answer: Answer): void {
  if (currentFile === undefined) {
    unassigned.push(answer);
    return;
  }
  const ofFile = answers.get(currentFile) ?? new Map<string, Answer>();
  answers.set(
    currentFile,
    ofFile.set(`${answer.status} ${answer.method} ${answer.path} ${answer.sharing}`, answer),
  );
}

/** Hooks around every test of a run; `mocha-setup.ts` gives them to Mocha. */
export const coverageHooks: RootHookObject = {
  beforeEach(this: Mocha.Context) {
    currentFile = relative(process.cwd(), this.currentTest?.file ?? '');
    const pending = unassigned;
    unassigned = [];
    for (const answer of pending) assign(answer);
  },
  afterEach() {
    currentFile = undefined;
  },
  async afterAll(this: Mocha.Context) {
    if (mode === undefined) return;
    const files = completeFiles((this.test as Hook | undefined)?.parent);
    const seen = await coverageOf(answers);
    if (mode === 'record') writeCoverage(mergeCoverage(readCoverage(), seen, files));
    else requireClaims(seen, files);
  },
};

async function coverageOf(byFile: typeof answers): Promise<Coverage> {
  const { endpointsOf } = await import('./answer-check.ts');
  const coverage: Coverage = {};
  for (const [file, seen] of byFile) {
    for (const answer of seen.values()) {
      const names = endpointsOf(answer).map(({ name }) => answer.sharing ?? name);
      for (const name of names) {
        coverage[name] ??= {};
        coverage[name][file] ??= new Set();
        coverage[name][file]?.add(answer.status);
      }
    }
  }
  return coverage;
}

function requireClaims(seen: Coverage, files: ReadonlySet<string>): void {
  const written = readCoverage();
  const faults = [...staleClaims(written, seen, files), ...unclaimedSuccesses(written, seen, files)];
  if (faults.length === 0) return;
  throw new Error(
    `docs/spec-coverage.md is out of date: run "npm run generate -- record"\n${faults.join('\n')}`,
  );
}

/** The files of which every test has run and passed. */
function completeFiles(root: Suite | undefined): Set<string> {
  const passed = new Map<string, boolean>();
  const walk = (suite: Suite): void => {
    for (const { file = '', state } of suite.tests) {
      const name = relative(process.cwd(), file);
      passed.set(name, (passed.get(name) ?? true) && state === 'passed');
    }
    suite.suites.forEach(walk);
  };
  if (root) walk(root);
  return new Set([...passed].flatMap(([file, complete]) => (complete ? [file] : [])));
}
