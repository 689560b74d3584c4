import { asAmount, asArray, asObject, asString, type JsonObject } from '../lib/parse.ts';
import type { PollContent } from './types.ts';

/** Polls have the names of their proposal (MSC3381): the specification has none for them yet. */
export const pollStart = 'org.matrix.msc3381.poll.start';
export const pollResponse = 'org.matrix.msc3381.poll.response';
export const pollEnd = 'org.matrix.msc3381.poll.end';
const textField = 'org.matrix.msc1767.text';
const disclosed = 'org.matrix.msc3381.poll.disclosed';
const undisclosed = 'org.matrix.msc3381.poll.undisclosed';

/** How many answers a poll has at most (MSC3381). */
export const mostAnswers = 20;

/** A poll that is about to be begun. */
export interface OutgoingPoll {
  readonly question: string;
  readonly answers: readonly string[];
  /** Whether one may choose more than one. */
  readonly isMultiple: boolean;
  /** Whether everybody sees how others vote before the end. */
  readonly isDisclosed: boolean;
}

/** The content of the event that begins a poll. */
export function buildPoll({ question, answers, isMultiple, isDisclosed }: OutgoingPoll): JsonObject {
  const lines = answers.map((answer, index) => `${index + 1}. ${answer}`);
  return {
    [pollStart]: {
      question: { [textField]: question, body: question, msgtype: 'm.text' },
      kind: isDisclosed ? disclosed : undisclosed,
      max_selections: isMultiple ? answers.length : 1,
      answers: answers.map((answer, index) => ({ id: `answer-${index + 1}`, [textField]: answer })),
    },
    // What clients show that know no polls.
    [textField]: [question, ...lines].join('\n'),
  };
}

/** Reads a poll; undefined for what is none. */
export function readPoll(content: JsonObject): PollContent | undefined {
  const poll = asObject(content[pollStart]);
  const question = readText(poll?.question);
  const answers = asArray(poll?.answers)
    .slice(0, mostAnswers)
    .flatMap((value) => {
      const answerId = asString(asObject(value)?.id);
      const text = readText(value);
      return answerId === undefined || text === undefined ? [] : [{ answerId, text }];
    });
  if (question === undefined || answers.length === 0) return undefined;
  const maxSelections = Math.max(1, Math.floor(asAmount(poll?.max_selections) ?? 1));
  return { kind: 'poll', question, answers, maxSelections, isDisclosed: poll?.kind === disclosed };
}

function readText(value: unknown): string | undefined {
  const fields = asObject(value);
  return asString(fields?.[textField]) ?? asString(fields?.body);
}

/** What somebody answered, and when. */
export interface Ballot {
  readonly voterId: string;
  readonly timestamp: number;
  readonly answerIds: readonly string[];
}

export function readBallotAnswers(content: JsonObject): readonly string[] {
  return asArray(asObject(content[pollResponse])?.answers).filter((id) => typeof id === 'string');
}

/**
 * Counts the ballots of a poll (MSC3381): the last one of each voter before the end counts, with as many answers as
 * are allowed; one without a known answer takes the vote back.
 */
export function countBallots(
  poll: PollContent,
  ballots: readonly Ballot[],
  endedAt: number | undefined,
): ReadonlyMap<string, readonly string[]> {
  const known = new Set(poll.answers.map(({ answerId }) => answerId));
  const last = new Map<string, Ballot>();
  for (const ballot of ballots) {
    const before = last.get(ballot.voterId);
    if (endedAt !== undefined && ballot.timestamp > endedAt) continue;
    if (!before || before.timestamp <= ballot.timestamp) last.set(ballot.voterId, ballot);
  }
  const chosen = [...last.values()].map(({ voterId, answerIds }) => {
    const valid = [...new Set(answerIds)].slice(0, poll.maxSelections).filter((id) => known.has(id));
    return [voterId, valid] as const;
  });
  return new Map(chosen.filter(([, answerIds]) => answerIds.length > 0));
}
