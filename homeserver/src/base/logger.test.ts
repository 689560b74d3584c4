import { expect } from 'chai';
import { createLogger, type LoggerOptions } from './logger.ts';

function collect(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const logger = createLogger({
    level: 'debug',
    format: 'json',
    write: (line) => lines.push(line),
    now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 6),
    ...options,
  });
  return { lines, logger };
}

describe('createLogger', () => {
  it('writes one JSON object a line', () => {
    const { lines, logger } = collect();
    logger.info('listening', { port: 8008 });
    expect(lines).to.deep.equal([
      '{"time":"2026-01-02T03:04:05.006Z","level":"info","message":"listening","port":8008}\n',
    ]);
  });

  it('writes only the level it was given and those above it', () => {
    const { lines, logger } = collect({ level: 'warn' });
    logger.debug('a');
    logger.info('b');
    logger.warn('c');
    logger.error('d');
    expect(lines.map((line) => JSON.parse(line).message)).to.deep.equal(['c', 'd']);
    expect(logger.writes('info')).to.equal(false);
    expect(logger.writes('warn')).to.equal(true);
  });

  it('writes nothing when it is silent', () => {
    const { lines, logger } = collect({ level: 'silent' });
    logger.child({ room: 1 }).error('d');
    expect(lines).to.deep.equal([]);
  });

  it('says the fields of a child on each of its lines, and those of the call over them', () => {
    const { lines, logger } = collect();
    logger.child({ area: 'sync', user: '@a:b' }).child({ user: '@c:d' }).info('woken', { waited: 3 });
    expect(JSON.parse(lines[0] ?? '')).to.include({ area: 'sync', user: '@c:d', waited: 3 });
  });

  it('writes an error with its stack and its causes', () => {
    const { lines, logger } = collect();
    logger.error('failed', { error: new Error('outer', { cause: new TypeError('inner') }) });
    const { error } = JSON.parse(lines[0] ?? '');
    expect(error).to.match(/^Error: outer\n +at /);
    expect(error).to.include('caused by TypeError: inner');
  });

  it('survives what JSON cannot say', () => {
    const { lines, logger } = collect();
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    logger.info('big', { value: 10n });
    logger.info('loop', { loop });
    expect(JSON.parse(lines[0] ?? '').value).to.equal('10');
    expect(lines[1]).to.match(/\n$/);
  });

  it('writes for people when asked to', () => {
    const { lines, logger } = collect({ format: 'text' });
    logger.warn('slow query', { ms: 12, room: '!a:b', text: 'two words' });
    expect(lines).to.deep.equal(['03:04:05.006 WARN  slow query ms=12 room=!a:b text="two words"\n']);
  });

  it('lets no foreign text start a line of its own', () => {
    const { lines, logger } = collect({ format: 'text' });
    logger.info('bad path /a\n00:00:00.000 ERROR forged', { path: 'x\ny' });
    expect(lines[0]?.indexOf('\n')).to.equal((lines[0]?.length ?? 0) - 1);
  });
});
