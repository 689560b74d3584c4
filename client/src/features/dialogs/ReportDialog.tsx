import { useState } from 'react';
import { t } from '../../lib/i18n/translate.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { TextAreaField } from '../../ui/TextField.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { useGateway } from '../session/gateway-context.ts';
import { SubmitForm } from './SubmitForm.tsx';
import { useSubmit } from './use-submit.ts';

const longestReason = 1000;

interface ReportDialogProps {
  readonly channelId: string;
  readonly eventId: string;
  readonly authorName: string;
  readonly handleClose: () => void;
}

/** Tells whoever runs the server of a message that should not be there. */
export function ReportDialog({ channelId, eventId, authorName, handleClose }: ReportDialogProps) {
  const { messages } = useGateway();
  const [reason, setReason] = useState('');
  const submission = useSubmit();
  const work = async (): Promise<void> => {
    await messages.report(channelId, eventId, reason.trim());
    showToast(t('report.sent'));
    handleClose();
  };
  return (
    <Dialog
      title={t('report.title')}
      description={t('report.text', { name: authorName })}
      handleClose={handleClose}
    >
      <SubmitForm
        submission={submission}
        submitLabel={t('report.submit')}
        isDangerous
        canSubmit={reason.trim() !== ''}
        handleClose={handleClose}
        work={work}
      >
        <TextAreaField
          label={t('report.reason')}
          rows={3}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          maxLength={longestReason}
          required
        />
      </SubmitForm>
    </Dialog>
  );
}
