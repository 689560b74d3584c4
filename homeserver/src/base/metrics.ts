import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export type { Counter, Gauge, Histogram };

interface MetricOptions<Label extends string> {
  /** The full name, for instance `guildhall_http_requests_total`. */
  name: string;
  help: string;
  labels?: readonly Label[];
}

interface GaugeOptions<Label extends string> extends MetricOptions<Label> {
  collect?: (gauge: Gauge<Label>) => void | Promise<void>;
}

/** The measurements of one server. A process may run several servers, so there is no global registry. */
export interface Metrics {
  counter<Label extends string = never>(options: MetricOptions<Label>): Counter<Label>;
  /** `collect` sets the value when somebody asks, for what is cheaper to read than to keep. */
  gauge<Label extends string = never>(options: GaugeOptions<Label>): Gauge<Label>;
  /** `buckets` are upper bounds, rising; seconds from 1 ms to 10 s unless given. */
  histogram<Label extends string = never>(
    options: MetricOptions<Label> & { buckets?: readonly number[] },
  ): Histogram<Label>;
  /** Adds Node's own measurements (memory, event loop, garbage collection); once in a process. */
  collectProcess(): void;
  /** All of it, in Prometheus' text format. */
  render(): Promise<string>;
  /** The media type of what `render` gives. */
  readonly contentType: string;
}

const DEFAULT_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const common = <Label extends string>({ name, help, labels = [] }: MetricOptions<Label>) => ({
    name,
    help,
    labelNames: labels,
    registers: [registry],
  });
  return {
    counter: (options) => new Counter(common(options)),
    gauge<Label extends string>({ collect, ...options }: GaugeOptions<Label>) {
      const gauge: Gauge<Label> = new Gauge({
        ...common(options),
        ...(collect && { collect: () => collect(gauge) }),
      });
      return gauge;
    },
    histogram: ({ buckets = DEFAULT_BUCKETS_SECONDS, ...options }) =>
      new Histogram({ ...common(options), buckets: [...buckets] }),
    collectProcess: () => collectDefaultMetrics({ register: registry }),
    render: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
