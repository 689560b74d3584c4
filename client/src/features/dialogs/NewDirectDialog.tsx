import { useState } from 'react';
import { useLocation } from 'wouter';
import { buildHomePath } from '../../app/paths.ts';
import { t } from '../../lib/i18n/translate.ts';
import { completeUserId, isUserId } from '../../lib/identifiers.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { useGateway } from '../session/gateway-context.ts';
import { DialogForm } from './DialogForm.tsx';
import { useSubmit } from './use-submit.ts';

/** Begins a conversation with somebody by user ID. */
export function NewDirectDialog({ handleClose }: { readonly handleClose: () => void }) {
  const { communities, userId: ownUserId } = useGateway();
  const [, navigate] = useLocation();
  const [typed, setTyped] = useState('');
  const submission = useSubmit();
  const userId = completeUserId(typed, ownUserId);
  const work = async (): Promise<void> => {
    const channelId = await communities.openDirect(userId);
    handleClose();
    navigate(buildHomePath(channelId));
  };
  return (
    <Dialog title={t('home.newConversation')} description={t('direct.description')} handleClose={handleClose}>
      <DialogForm
        submission={submission}
        submitLabel={t('direct.begin')}
        canSubmit={isUserId(userId) && userId !== ownUserId}
        handleClose={handleClose}
        work={work}
      >
        <TextField
          label={t('direct.withWhom')}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          placeholder={t('direct.idExample')}
          hint={typed.trim() !== '' && !typed.includes(':') ? userId : t('direct.hint')}
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          required
        />
      </DialogForm>
    </Dialog>
  );
}
