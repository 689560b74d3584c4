import { objectionTo } from './answer-check.ts';
import { recordAnswer } from './recorder.ts';

/**
 * `fetch` for tests: fails where an answer is not what the specification's schemas say, and notes for the table of
 * `docs/spec-coverage.md` which operation was answered how.
 */
export async function checkedFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  const { pathname, search } = new URL(input instanceof Request ? input.url : input);
  const contentType = response.headers.get('content-type') ?? undefined;
  const isJson = contentType?.startsWith('application/json') === true;
  const answer = {
    method: init?.method ?? (input instanceof Request ? input.method : 'GET'),
    path: pathname + search,
    status: response.status,
    asked: typeof init?.body === 'string' ? init.body : undefined,
    contentType,
    body: isJson ? await response.clone().json() : undefined,
  };
  recordAnswer(answer);
  const objection = objectionTo(answer);
  if (objection !== undefined) throw new Error(objection);
  return response;
}
