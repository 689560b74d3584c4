import { invalidParam } from '../../protocol/errors.ts';

const MAX_NAME_LENGTH = 100;
const MAX_TOPIC_LENGTH = 1024;

/**
 * The name of a guild or channel, without space around it.
 *
 * @throws MatrixError 400 `M_INVALID_PARAM` unless it has 1 to 100 characters.
 */
export function readName(name: string): string {
  const trimmed = name.trim();
  if (trimmed.length === 0 || trimmed.length > MAX_NAME_LENGTH) {
    throw invalidParam(`name must have 1 to ${MAX_NAME_LENGTH} characters`);
  }
  return trimmed;
}

/**
 * A topic; an empty one counts as none.
 *
 * @throws MatrixError 400 `M_INVALID_PARAM` for more than 1,024 characters.
 */
export function readTopic(topic: string | undefined): string | undefined {
  const trimmed = topic?.trim() ?? '';
  if (trimmed.length > MAX_TOPIC_LENGTH)
    throw invalidParam(`topic has more than ${MAX_TOPIC_LENGTH} characters`);
  return trimmed === '' ? undefined : trimmed;
}
