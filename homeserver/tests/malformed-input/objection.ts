import { objectionTo as schemaObjectionTo } from '../../test-kit/spec-coverage/answer-check.ts';
import type { Probe } from './probes.ts';
import type { ProbeAnswer } from './send-probe.ts';

/** What is wrong with an answer, if anything is. */
export function objectionTo(answer: ProbeAnswer, { method, path, expected }: Probe): string | undefined {
  const { status, headers, text } = answer;
  const told = `${status} ${text.slice(0, 200)}`;
  if (status >= 500) return told;
  if (headers['access-control-allow-origin'] !== '*') return `${told}, without CORS`;
  if (status === 405 && headers.allow === undefined) return `${told}, without Allow`;
  if (status < 400) {
    if (expected) return `${told} instead of ${expected.status} ${expected.errcode}`;
    const contentType = headers['content-type'];
    const body = contentType?.includes('application/json') ? JSON.parse(text) : undefined;
    return schemaObjectionTo({ method, path, status, contentType: contentType?.toString(), body });
  }
  // Pages are for people, who read no error codes.
  if (headers['content-type']?.toString().startsWith('text/html') && !expected) return undefined;
  const { errcode, error } = parseObject(text);
  if (typeof errcode !== 'string' && !('flows' in parseObject(text))) return `${told}: no errcode`;
  if (typeof errcode === 'string' && typeof error !== 'string') return `${told}: no sentence`;
  const isExpected = !expected || (status === expected.status && errcode === expected.errcode);
  return isExpected ? undefined : `${told} instead of ${expected?.status} ${expected?.errcode}`;
}

function parseObject(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
