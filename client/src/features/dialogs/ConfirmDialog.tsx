import { useState } from 'react';
import { t } from '../../lib/i18n/translate.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { SubmitForm } from './SubmitForm.tsx';
import { useSubmit } from './use-submit.ts';

interface ConfirmDialogProps {
  readonly title: string;
  readonly text: string;
  readonly confirmLabel: string;
  /** What has to be typed first. */
  readonly mustType?: string;
  readonly perform: () => Promise<void>;
  readonly handleClose: () => void;
}

/** Asks once more before something that cannot be taken back. */
export function ConfirmDialog({
  title,
  text,
  confirmLabel,
  mustType,
  perform,
  handleClose,
}: ConfirmDialogProps) {
  const [typed, setTyped] = useState('');
  const submission = useSubmit();
  return (
    <Dialog title={title} description={text} handleClose={handleClose}>
      <SubmitForm
        submission={submission}
        submitLabel={confirmLabel}
        isDangerous
        canSubmit={mustType === undefined || typed.trim() === mustType.trim()}
        handleClose={handleClose}
        work={async () => {
          await perform();
          handleClose();
        }}
      >
        {mustType !== undefined && (
          <TextField
            label={t('common.typeToConfirm', { text: mustType })}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            autoComplete="off"
            autoFocus
          />
        )}
      </SubmitForm>
    </Dialog>
  );
}
