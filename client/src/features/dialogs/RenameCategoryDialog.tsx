import { useState } from 'react';
import { t } from '../../lib/i18n/translate.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { useGateway } from '../session/gateway-context.ts';
import { SubmitForm } from './SubmitForm.tsx';
import { useSubmit } from './use-submit.ts';

const longestName = 100;

interface RenameCategoryDialogProps {
  readonly categoryId: string;
  readonly name: string;
  readonly handleClose: () => void;
}

/** What a category is called. */
export function RenameCategoryDialog({ categoryId, name: before, handleClose }: RenameCategoryDialogProps) {
  const { communities } = useGateway();
  const [name, setName] = useState(before);
  const submission = useSubmit();
  const work = async (): Promise<void> => {
    await communities.renameChannel(categoryId, name.trim());
    handleClose();
  };
  return (
    <Dialog title={t('category.rename')} handleClose={handleClose}>
      <SubmitForm
        submission={submission}
        submitLabel={t('common.saveChanges')}
        canSubmit={name.trim() !== '' && name.trim() !== before}
        handleClose={handleClose}
        work={work}
      >
        <TextField
          label={t('common.name')}
          value={name}
          maxLength={longestName}
          onChange={(event) => setName(event.target.value)}
          autoFocus
          required
        />
      </SubmitForm>
    </Dialog>
  );
}
