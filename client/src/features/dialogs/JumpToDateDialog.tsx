import { useState } from 'react';
import { requestJump } from '../../app/jump-store.ts';
import { t } from '../../lib/i18n/translate.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { readDay, writeDay } from '../search/query.ts';
import { useGateway } from '../session/gateway-context.ts';
import styles from './JumpToDateDialog.module.css';
import { SubmitForm } from './SubmitForm.tsx';
import { useSubmit } from './use-submit.ts';

interface JumpToDateDialogProps {
  readonly channelId: string;
  readonly handleClose: () => void;
}

/** Leads to what was said on a day. */
export function JumpToDateDialog({ channelId, handleClose }: JumpToDateDialogProps) {
  const gateway = useGateway();
  const [day, setDay] = useState(writeDay(daysAgo(0)));
  const submission = useSubmit();
  const goTo = (timestamp: number) => async (): Promise<void> => {
    requestJump(channelId, await gateway.timeline(channelId).findByTime(timestamp));
    handleClose();
  };
  return (
    <Dialog title={t('date.jump')} handleClose={handleClose}>
      <SubmitForm
        submission={submission}
        submitLabel={t('date.go')}
        canSubmit={day !== ''}
        handleClose={handleClose}
        work={() => goTo(readDay(day) ?? 0)()}
      >
        <TextField
          label={t('date.day')}
          type="date"
          max={writeDay(daysAgo(0))}
          value={day}
          onChange={(event) => setDay(event.target.value)}
        />
        <div className={styles.shortcuts}>
          <Button disabled={submission.isBusy} onClick={() => void submission.submit(goTo(daysAgo(7)))}>
            {t('date.weekAgo')}
          </Button>
          <Button disabled={submission.isBusy} onClick={() => void submission.submit(goTo(daysAgo(30)))}>
            {t('date.monthAgo')}
          </Button>
          <Button disabled={submission.isBusy} onClick={() => void submission.submit(goTo(0))}>
            {t('date.beginning')}
          </Button>
        </div>
      </SubmitForm>
    </Dialog>
  );
}

/** The beginning of a day, so many days ago, in milliseconds. */
function daysAgo(count: number): number {
  const day = new Date();
  day.setHours(0, 0, 0, 0);
  day.setDate(day.getDate() - count);
  return day.getTime();
}
