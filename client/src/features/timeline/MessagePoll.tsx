import { Check } from 'lucide-react';
import { openDialog } from '../../app/dialog-store.ts';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import { t } from '../../lib/i18n/translate.ts';
import { joinClasses } from '../../lib/join-classes.ts';
import type { Message, PollContent, PollResult } from '../../matrix/types.ts';
import { showToast } from '../../ui/toast-store.ts';
import { useGateway, useStore } from '../session/gateway-context.ts';
import styles from './MessagePoll.module.css';

interface MessagePollProps {
  readonly message: Message;
  readonly poll: PollContent;
  readonly channelId: string;
}

/** A poll: what is asked, what one may answer, and how it stands. */
export function MessagePoll({ message, poll, channelId }: MessagePollProps) {
  const gateway = useGateway();
  const result = useStore(gateway.poll(channelId, message.eventId));
  const { ownAnswers, isEnded, voters } = result;
  const showsCounts = isEnded || (poll.isDisclosed && voters > 0);
  const isMultiple = poll.maxSelections > 1;
  const canVote = !isEnded && message.status === 'sent';
  const handleVote = (answerId: string): void => {
    gateway.messages
      .vote(channelId, message.eventId, toggleAnswer(poll, ownAnswers, answerId))
      .catch((error: unknown) => showToast(describeError(error), 'danger'));
  };
  const handleEnd = (): void =>
    openDialog({
      kind: 'confirm',
      title: t('poll.endTitle'),
      text: t('poll.endText'),
      confirmLabel: t('poll.end'),
      perform: () => gateway.messages.endPoll(channelId, message.eventId),
    });
  return (
    <fieldset className={styles.poll} disabled={!canVote}>
      <legend className={styles.question}>{poll.question}</legend>
      <p className={styles.rule}>{describeRule(poll, isEnded)}</p>
      {poll.answers.map(({ answerId, text }) => {
        const count = result.counts[answerId] ?? 0;
        const isChosen = ownAnswers.includes(answerId);
        return (
          <button
            key={answerId}
            type="button"
            aria-pressed={isChosen}
            aria-label={showsCounts ? t('poll.answer', { answer: text, count }) : text}
            className={joinClasses(styles.answer, isChosen && styles.chosen)}
            onClick={() => handleVote(answerId)}
          >
            {showsCounts && (
              <span
                className={styles.bar}
                style={{ width: `${voters === 0 ? 0 : (count / voters) * 100}%` }}
              />
            )}
            <span className={joinClasses(styles.mark, isMultiple && styles.square)}>
              {isChosen && <Check size={12} strokeWidth={3} aria-hidden />}
            </span>
            <span className={styles.text}>{text}</span>
            {showsCounts && <span className={styles.count} data-count={count} aria-hidden />}
          </button>
        );
      })}
      <p className={styles.foot}>
        {describeVoters(result)}
        {canVote && message.isOwn && (
          <button type="button" className={styles.end} onClick={handleEnd}>
            {t('poll.end')}
          </button>
        )}
      </p>
    </fieldset>
  );
}

function describeRule({ isDisclosed, maxSelections }: PollContent, isEnded: boolean): string {
  if (isEnded) return t('poll.isOver');
  const rule = maxSelections > 1 ? t('poll.chooseSeveral') : t('poll.chooseOne');
  return isDisclosed ? rule : `${rule} ${t('poll.secret')}`;
}

function describeVoters({ phase, voters }: PollResult): string {
  const text = t('poll.voters', { count: voters });
  return phase === 'incomplete' ? t('poll.incomplete', { voters: text }) : text;
}

/** What is chosen once one more answer is pressed; of a choice of one, the other goes. */
function toggleAnswer(
  { maxSelections }: PollContent,
  chosen: readonly string[],
  answerId: string,
): readonly string[] {
  if (chosen.includes(answerId)) return chosen.filter((other) => other !== answerId);
  return maxSelections === 1 ? [answerId] : [...chosen, answerId].slice(-maxSelections);
}
