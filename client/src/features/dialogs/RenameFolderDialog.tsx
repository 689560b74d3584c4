import { useState } from 'react';
import { t } from '../../lib/i18n/translate.ts';
import { renameFolder } from '../../matrix/rail.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { useGateway, useStore } from '../session/gateway-context.ts';
import { SubmitForm } from './SubmitForm.tsx';
import { useSubmit } from './use-submit.ts';

const longestName = 40;

interface RenameFolderDialogProps {
  readonly folderId: string;
  readonly handleClose: () => void;
}

/** What a folder of guilds is called. */
export function RenameFolderDialog({ folderId, handleClose }: RenameFolderDialogProps) {
  const { rail } = useGateway();
  const folder = useStore(rail).items.find((item) => item.kind === 'folder' && item.folderId === folderId);
  const [name, setName] = useState(folder?.kind === 'folder' ? folder.name : '');
  const submission = useSubmit();
  const work = async (): Promise<void> => {
    await rail.change(({ items }) => ({ items: renameFolder(items, folderId, name.trim()) }));
    handleClose();
  };
  return (
    <Dialog title={t('rail.rename')} handleClose={handleClose}>
      <SubmitForm
        submission={submission}
        submitLabel={t('common.saveChanges')}
        canSubmit={name.trim() !== ''}
        handleClose={handleClose}
        work={work}
      >
        <TextField
          label={t('common.name')}
          value={name}
          maxLength={longestName}
          onChange={(event) => setName(event.target.value)}
        />
      </SubmitForm>
    </Dialog>
  );
}
