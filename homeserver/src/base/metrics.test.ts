import { expect } from 'chai';
import { createMetrics } from './metrics.ts';

describe('createMetrics', () => {
  it('renders what was counted, with its labels', async () => {
    const metrics = createMetrics();
    const requests = metrics.counter({ name: 'test_requests_total', help: 'Requests.', labels: ['method'] });
    requests.inc({ method: 'GET' });
    requests.inc({ method: 'GET' }, 2);
    expect(await metrics.render()).to.include('test_requests_total{method="GET"} 3');
    expect(metrics.contentType).to.match(/^text\/plain/);
  });

  it('reads a collected gauge when it renders', async () => {
    const metrics = createMetrics();
    let rooms = 1;
    metrics.gauge({ name: 'test_rooms', help: 'Rooms.', collect: (gauge) => gauge.set(rooms) });
    rooms = 7;
    expect(await metrics.render()).to.include('test_rooms 7');
  });

  it('sorts observations into buckets', async () => {
    const metrics = createMetrics();
    const latency = metrics.histogram({ name: 'test_seconds', help: 'Seconds.', buckets: [0.1, 1] });
    latency.observe(0.05);
    latency.observe(0.5);
    const text = await metrics.render();
    expect(text).to.include('test_seconds_bucket{le="0.1"} 1');
    expect(text).to.include('test_seconds_bucket{le="1"} 2');
  });

  it('keeps the servers of one process apart', async () => {
    const first = createMetrics();
    const second = createMetrics();
    first.counter({ name: 'test_total', help: 'Things.' }).inc();
    second.counter({ name: 'test_total', help: 'Things.' });
    expect(await first.render()).to.include('test_total 1');
    expect(await second.render()).to.include('test_total 0');
  });
});
