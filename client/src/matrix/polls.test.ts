import { expect } from 'chai';
import { type Ballot, buildPoll, countBallots, pollStart, readPoll } from './polls.ts';
import type { PollContent } from './types.ts';

const outgoing = { question: 'Tea?', answers: ['Black', 'Green'], isMultiple: false, isDisclosed: true };

function pollOf(more: Partial<typeof outgoing> = {}): PollContent {
  const poll = readPoll(buildPoll({ ...outgoing, ...more }));
  if (!poll) throw new Error('this is no poll');
  return poll;
}

describe('readPoll', () => {
  it('reads what was asked', () => {
    expect(pollOf()).to.deep.equal({
      kind: 'poll',
      question: 'Tea?',
      answers: [
        { answerId: 'answer-1', text: 'Black' },
        { answerId: 'answer-2', text: 'Green' },
      ],
      maxSelections: 1,
      isDisclosed: true,
    });
    expect(pollOf({ isMultiple: true, isDisclosed: false })).to.deep.include({
      maxSelections: 2,
      isDisclosed: false,
    });
  });

  it('takes what has no question or no answers for none', () => {
    expect(readPoll({})).to.equal(undefined);
    expect(readPoll({ [pollStart]: { question: { body: 'Tea?' }, answers: 'both' } })).to.equal(undefined);
  });
});

describe('countBallots', () => {
  const vote = (voterId: string, timestamp: number, ...answerIds: string[]): Ballot => ({
    voterId,
    timestamp,
    answerIds,
  });
  const count = (ballots: readonly Ballot[], endedAt?: number, poll = pollOf()) =>
    Object.fromEntries(countBallots(poll, ballots, endedAt));

  it('counts the last ballot of each voter, in whichever order they come', () => {
    expect(
      count([vote('b', 3, 'answer-2'), vote('b', 1, 'answer-1'), vote('c', 2, 'answer-1')]),
    ).to.deep.equal({ b: ['answer-2'], c: ['answer-1'] });
  });

  it('counts no more answers than are allowed, and each once', () => {
    expect(count([vote('b', 1, 'answer-2', 'answer-1')])).to.deep.equal({ b: ['answer-2'] });
    const poll = pollOf({ isMultiple: true });
    expect(count([vote('b', 1, 'answer-2', 'answer-2', 'answer-1')], undefined, poll)).to.deep.equal({
      b: ['answer-2', 'answer-1'],
    });
  });

  it('takes a vote back that answers nothing known, and leaves out what came after the end', () => {
    expect(count([vote('b', 1, 'answer-1'), vote('b', 2)])).to.deep.equal({});
    expect(count([vote('b', 1, 'answer-1'), vote('c', 9, 'answer-1')], 5)).to.deep.equal({ b: ['answer-1'] });
  });
});
