import { expect } from 'chai';
import { eventually } from '../../test-kit/eventually.ts';
import { ManualClock } from '../../test-kit/manual-clock.ts';
import { openTestStorage, type TestStorage } from '../../test-kit/storage-for-tests.ts';
import { createLogger } from '../base/logger.ts';
import { JobGivenUp, JobKind, type NewJob, type RunningJob, UnitOfWork } from '../storage/index.ts';
import { type JobDefinition, JobRunner } from './job-runner.ts';

const KIND = JobKind.CarryProfile;

describe('the job runner', () => {
  let opened: TestStorage;
  let clock: ManualClock;
  let runners: JobRunner[];

  beforeEach(async () => {
    opened = await openTestStorage();
    clock = new ManualClock();
    runners = [];
  });
  afterEach(async () => {
    for (const runner of runners) await runner.stop();
    await opened.close();
  });

  async function start(run: JobDefinition['run'], more: Partial<JobDefinition> = {}): Promise<JobRunner> {
    const { storage } = opened;
    const logger = createLogger({ level: 'silent' });
    const runner = new JobRunner({ storage, clock, logger, definitions: [{ kind: KIND, run, ...more }] });
    runners.push(runner);
    await runner.start();
    return runner;
  }

  async function enqueue(job: Partial<NewJob> = {}): Promise<string> {
    const unit = new UnitOfWork();
    const id = opened.storage.jobs.enqueue(unit, { kind: KIND, ...job });
    await opened.storage.database.commit(unit);
    return id;
  }

  const isGone = async (key: string): Promise<boolean> =>
    (await opened.storage.jobs.byKey(KIND, key)) === undefined;

  it('does what is enqueued, whether it was running then or not, and removes it', async () => {
    const done: string[] = [];
    await enqueue({ key: 'before' });
    await start(async ({ key }) => void done.push(key));
    await enqueue({ key: 'after' });
    await eventually(async () => (await isGone('before')) && (await isGone('after')));
    expect(done.sort()).to.deep.equal(['after', 'before']);
  });

  it('waits until a job is due', async () => {
    const done: number[] = [];
    await start(async () => void done.push(clock.now()));
    const runAt = clock.now() + 10_000;
    await enqueue({ key: 'later', runAt });
    await enqueue({ key: 'now' });
    await eventually(() => isGone('now'));
    await eventually(async () => {
      await clock.advance(500);
      return isGone('later');
    });
    expect(done).to.have.length(2);
    expect(done[1]).to.be.within(runAt, runAt + 1000);
  });

  it('tries again, after a pause, what failed, from where it had got to', async () => {
    const seen: unknown[] = [];
    await start(async (job) => {
      seen.push(job.payload);
      if (seen.length > 1) return;
      const unit = new UnitOfWork();
      job.saveIn(unit, { step: 1 });
      await opened.storage.database.commit(unit);
      throw new Error('not yet');
    });
    await enqueue({ key: 'stubborn', payload: { step: 0 } });
    await eventually(async () => (await opened.storage.jobs.byKey(KIND, 'stubborn'))?.attempts === 1);
    expect(seen).to.have.length(1);
    await eventually(async () => {
      await clock.advance(500);
      return isGone('stubborn');
    });
    expect(seen).to.deep.equal([{ step: 0 }, { step: 1 }]);
  });

  it('gives up what can never be done, and tells why', async () => {
    await start(async () => {
      throw new JobGivenUp('there is no such room');
    });
    const id = await enqueue({ key: 'hopeless', payload: { asked: true } });
    await eventually(() => isGone('hopeless'));
    const outcome = { id, kind: KIND, key: 'hopeless', payload: { asked: true } };
    expect(await opened.storage.jobs.outcomeById(id)).to.deep.equal({
      ...outcome,
      error: 'there is no such room',
    });
  });

  it('keeps the outcome of what succeeded where that is wished', async () => {
    await start(async () => undefined, { keepsOutcome: true });
    const id = await enqueue({ key: 'asked' });
    await eventually(() => isGone('asked'));
    expect(await opened.storage.jobs.outcomesByKey(KIND, 'asked')).to.deep.equal([
      { id, kind: KIND, key: 'asked', payload: {}, error: null },
    ]);
  });

  it('runs a job again that is enqueued while it runs, and not beside itself', async () => {
    const first = Promise.withResolvers<void>();
    const seen: unknown[] = [];
    let running = 0;
    let most = 0;
    await start(async ({ payload }) => {
      seen.push(payload);
      running += 1;
      most = Math.max(most, running);
      if (seen.length === 1) await first.promise;
      running -= 1;
    });
    await enqueue({ key: 'again', payload: { round: 1 } });
    await eventually(async () => seen.length === 1);
    await enqueue({ key: 'again', payload: { round: 2 } });
    first.resolve();
    await eventually(() => isGone('again'));
    expect(seen).to.deep.equal([{ round: 1 }, { round: 2 }]);
    expect(most).to.equal(1);
  });

  it('stores nothing for a run whose job was enqueued anew', async () => {
    const first = Promise.withResolvers<void>();
    const seen: unknown[] = [];
    await start(async (job) => {
      seen.push(job.payload);
      if (seen.length > 1) return;
      await first.promise;
      const unit = new UnitOfWork();
      job.saveIn(unit, { round: 'old' });
      await opened.storage.database.commit(unit);
    });
    await enqueue({ key: 'again', payload: { round: 1 } });
    await eventually(async () => seen.length === 1);
    await enqueue({ key: 'again', payload: { round: 2 } });
    first.resolve();
    await eventually(() => isGone('again'));
    expect(seen).to.deep.equal([{ round: 1 }, { round: 2 }]);
  });

  it('does each job once where two processes share the database', async () => {
    const done: string[] = [];
    const run = async ({ key }: RunningJob): Promise<void> => void done.push(key);
    await start(run);
    await start(run);
    const keys = Array.from({ length: 30 }, (_, index) => `job ${index}`);
    await Promise.all(keys.map((key) => enqueue({ key })));
    await eventually(async () => (await Promise.all(keys.map(isGone))).every(Boolean));
    expect(done.sort()).to.deep.equal(keys.sort());
  });

  it('takes over the job of a process that has died', async () => {
    const id = await enqueue({ key: 'orphan' });
    const job = await opened.storage.jobs.byId(id);
    if (job === undefined) throw new Error('the job is gone');
    const unit = new UnitOfWork();
    opened.storage.jobs.claim(unit, job, clock.now(), { by: 'the dead', until: clock.now() + 15_000 });
    await opened.storage.database.commit(unit);
    const done: string[] = [];
    await start(async ({ key }) => void done.push(key));
    await eventually(async () => {
      await clock.advance(1000);
      return isGone('orphan');
    });
    expect(done).to.deep.equal(['orphan']);
  });

  it('cuts a job short when it stops, and the next start continues', async () => {
    const { promise: begun, resolve } = Promise.withResolvers<void>();
    const runner = await start(async ({ signal }) => {
      resolve();
      await new Promise((_resolve, reject) => signal.addEventListener('abort', reject));
    });
    await enqueue({ key: 'long' });
    await begun;
    await runner.stop();
    expect((await opened.storage.jobs.byKey(KIND, 'long'))?.attempts).to.equal(0);
    const done: string[] = [];
    await start(async ({ key }) => void done.push(key));
    await eventually(() => isGone('long'));
    expect(done).to.deep.equal(['long']);
  });

  it('does not let many jobs of one kind run at once', async () => {
    const gate = Promise.withResolvers<void>();
    let running = 0;
    let most = 0;
    await start(
      async () => {
        running += 1;
        most = Math.max(most, running);
        await gate.promise;
        running -= 1;
      },
      { atOnce: 2 },
    );
    const keys = ['one', 'two', 'three', 'four', 'five'];
    for (const key of keys) await enqueue({ key });
    await eventually(async () => running === 2);
    gate.resolve();
    await eventually(async () => (await Promise.all(keys.map(isGone))).every(Boolean));
    expect(most).to.equal(2);
  });

  it('repeats a job that is to be repeated', async () => {
    const at: number[] = [];
    const begun = clock.now();
    await start(async () => void at.push(clock.now() - begun), { everyMs: 10_000 });
    await eventually(async () => {
      await clock.advance(500);
      return at.length === 3;
    });
    expect(at[0]).to.be.at.least(10_000);
    expect((at[1] ?? 0) - (at[0] ?? 0)).to.be.at.least(10_000);
    expect((at[2] ?? 0) - (at[1] ?? 0)).to.be.at.least(10_000);
  });

  it('forgets a job that is taken back before it began', async () => {
    await enqueue({ key: 'unwanted', runAt: clock.now() + 1000 });
    const unit = new UnitOfWork();
    opened.storage.jobs.cancel(unit, KIND, 'unwanted');
    await opened.storage.database.commit(unit);
    expect(await isGone('unwanted')).to.equal(true);
  });
});
