import { useState } from 'react';
import { t } from '../../lib/i18n/translate.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { useGateway, useStore } from '../session/gateway-context.ts';
import { PersonHead } from './PersonHead.tsx';
import { SubmitForm } from './SubmitForm.tsx';
import { useSubmit } from './use-submit.ts';

const longestName = 64;
const longestStatus = 128;

/** Our own name and status as others see them, and our user ID. */
export function ProfileDialog({ handleClose }: { readonly handleClose: () => void }) {
  const gateway = useGateway();
  const profile = useStore(gateway.profile);
  const [name, setName] = useState(profile.name);
  const [status, setStatus] = useState(profile.status ?? '');
  const isRenamed = name.trim() !== '' && name.trim() !== profile.name;
  const isNewStatus = status.trim() !== (profile.status ?? '');
  const submission = useSubmit();
  const work = async (): Promise<void> => {
    if (isRenamed) await gateway.social.setDisplayName(name.trim());
    if (isNewStatus) await gateway.social.setStatus(status.trim());
    showToast(t('common.saved'));
    handleClose();
  };
  return (
    <Dialog title={t('account.profile')} handleClose={handleClose}>
      <PersonHead person={profile} />
      <SubmitForm
        submission={submission}
        submitLabel={t('common.saveChanges')}
        canSubmit={name.trim() !== '' && (isRenamed || isNewStatus)}
        handleClose={handleClose}
        work={work}
      >
        <TextField
          label={t('account.shownName')}
          value={name}
          onChange={(event) => setName(event.target.value)}
          maxLength={longestName}
          required
        />
        <TextField
          label={t('account.status')}
          value={status}
          onChange={(event) => setStatus(event.target.value)}
          placeholder={t('account.statusExample')}
          maxLength={longestStatus}
        />
      </SubmitForm>
    </Dialog>
  );
}
