import { expect } from 'chai';
import { Lifecycle } from './lifecycle.ts';
import { createLogger } from './logger.ts';

function createLifecycle(stopTimeLimitMs = 1_000) {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({
    level: 'info',
    format: 'json',
    write: (line) => lines.push(JSON.parse(line)),
  });
  return { lines, lifecycle: new Lifecycle({ logger, stopTimeLimitMs }) };
}

describe('Lifecycle', () => {
  it('stops the last started part first, one after the other', async () => {
    const { lifecycle } = createLifecycle();
    const order: string[] = [];
    lifecycle.onStop('database', () => void order.push('database'));
    lifecycle.onStop('http', async () => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      order.push('http');
    });
    await lifecycle.stop();
    expect(order).to.deep.equal(['http', 'database']);
  });

  it('stops every part although one fails, and logs which', async () => {
    const { lifecycle, lines } = createLifecycle();
    let stopped = false;
    lifecycle.onStop('database', () => {
      stopped = true;
    });
    lifecycle.onStop('http', () => {
      throw new Error('port lost');
    });
    await lifecycle.stop();
    expect(stopped).to.equal(true);
    expect(lines[0]).to.include({ level: 'error', part: 'http' });
  });

  it('goes on after the time limit when a part hangs, and logs which', async () => {
    const { lifecycle, lines } = createLifecycle(20);
    let stopped = false;
    lifecycle.onStop('database', () => {
      stopped = true;
    });
    lifecycle.onStop('http', () => new Promise(() => {}));
    await lifecycle.stop();
    expect(stopped).to.equal(true);
    expect(lines[0]).to.include({ level: 'error', part: 'http' });
  });

  it('stops once, however often it is asked', async () => {
    const { lifecycle } = createLifecycle();
    let times = 0;
    lifecycle.onStop('http', () => {
      times += 1;
    });
    expect(lifecycle.stopping).to.equal(false);
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    await lifecycle.stop();
    expect(times).to.equal(1);
    expect(lifecycle.stopping).to.equal(true);
  });

  it('stops a part that came up while the others went down', async () => {
    const { lifecycle } = createLifecycle();
    const order: string[] = [];
    lifecycle.onStop('http', async () => {
      lifecycle.onStop('late', () => void order.push('late'));
      order.push('http');
    });
    await lifecycle.stop();
    expect(order).to.deep.equal(['http', 'late']);
  });
});
