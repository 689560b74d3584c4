import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import { t } from '../../lib/i18n/translate.ts';
import { mostAnswers } from '../../matrix/polls.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { useGateway } from '../session/gateway-context.ts';
import styles from './CreatePollDialog.module.css';
import { SubmitForm } from './SubmitForm.tsx';
import { useSubmit } from './use-submit.ts';

const longestText = 300;

interface CreatePollDialogProps {
  readonly channelId: string;
  readonly handleClose: () => void;
}

/** Asks a channel something. */
export function CreatePollDialog({ channelId, handleClose }: CreatePollDialogProps) {
  const { messages } = useGateway();
  const [question, setQuestion] = useState('');
  const [answers, setAnswers] = useState<readonly string[]>(['', '']);
  const [isMultiple, setIsMultiple] = useState(false);
  const [isSecret, setIsSecret] = useState(false);
  const submission = useSubmit();
  const given = answers.map((answer) => answer.trim()).filter((answer) => answer !== '');
  const work = async (): Promise<void> => {
    await messages.beginPoll(channelId, {
      question: question.trim(),
      answers: given,
      isMultiple,
      isDisclosed: !isSecret,
    });
    handleClose();
  };
  return (
    <Dialog title={t('poll.create')} handleClose={handleClose}>
      <SubmitForm
        submission={submission}
        submitLabel={t('poll.begin')}
        canSubmit={question.trim() !== '' && given.length >= 2}
        handleClose={handleClose}
        work={work}
      >
        <TextField
          label={t('poll.question')}
          value={question}
          onChange={(event) => setQuestion(event.target.value)}
          maxLength={longestText}
          autoFocus
          required
        />
        <div className={styles.answers}>
          {answers.map((answer, index) => (
            <TextField
              // biome-ignore lint/suspicious/noArrayIndexKey: an answer is known by its place alone.
              key={index}
              label={t('poll.answerNumber', { number: index + 1 })}
              value={answer}
              onChange={(event) => setAnswers(answers.with(index, event.target.value))}
              maxLength={longestText}
              trailing={
                answers.length > 2 && (
                  <IconButton
                    icon={X}
                    size="small"
                    label={t('poll.removeAnswer', { number: index + 1 })}
                    onClick={() => setAnswers(answers.toSpliced(index, 1))}
                  />
                )
              }
            />
          ))}
          {answers.length < mostAnswers && (
            <Button variant="plain" onClick={() => setAnswers([...answers, ''])}>
              <Plus size={16} aria-hidden /> {t('poll.addAnswer')}
            </Button>
          )}
        </div>
        <label className={styles.choice}>
          <input type="checkbox" checked={isMultiple} onChange={() => setIsMultiple(!isMultiple)} />
          {t('poll.several')}
        </label>
        <label className={styles.choice}>
          <input type="checkbox" checked={isSecret} onChange={() => setIsSecret(!isSecret)} />
          {t('poll.hideVotes')}
        </label>
      </SubmitForm>
    </Dialog>
  );
}
