import { Hash, MessagesSquare } from 'lucide-react';
import { useState } from 'react';
import { t } from '../../lib/i18n/translate.ts';
import { usePreferences } from '../../lib/preferences.ts';
import type { Place } from '../../matrix/types.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { MediaAvatar } from '../media/MediaAvatar.tsx';
import { useGateway, useStore } from '../session/gateway-context.ts';
import { matchEntries } from '../switcher/match-entries.ts';
import styles from './ForwardDialog.module.css';
import { useSubmit } from './use-submit.ts';

interface ForwardDialogProps {
  readonly channelId: string;
  readonly eventId: string;
  readonly handleClose: () => void;
}

type Target = Exclude<Place, { readonly kind: 'guild' }>;

/** Says elsewhere what a message says. */
export function ForwardDialog({ channelId, eventId, handleClose }: ForwardDialogProps) {
  const { messages, social, places } = useGateway();
  const known = useStore(places);
  const recent = usePreferences((state) => state.recentChannels);
  const [typed, setTyped] = useState('');
  const submission = useSubmit();
  const targets = matchEntries({ places: known, actions: [], recent }, typed, 8).flatMap((entry) =>
    entry.type === 'place' && entry.place.kind !== 'guild' ? [entry.place] : [],
  );
  const forward = (target: Target) => async (): Promise<void> => {
    const targetId =
      target.kind === 'channel'
        ? target.id
        : (target.channelId ?? (await social.openConversation([target.id])));
    await messages.forward(channelId, eventId, targetId);
    showToast(t('forward.done', { name: target.name }));
    handleClose();
  };
  return (
    <Dialog title={t('forward.title')} handleClose={handleClose}>
      <TextField
        label={t('forward.where')}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        placeholder={t('forward.hint')}
        error={submission.error}
        autoComplete="off"
        spellCheck={false}
        autoFocus
      />
      <ul className={styles.list} aria-label={t('switcher.results')}>
        {targets.map((target) => (
          <li key={`${target.kind}:${target.id}`}>
            <button
              type="button"
              className={styles.target}
              disabled={submission.isBusy}
              onClick={() => void submission.submit(forward(target))}
            >
              <Sign target={target} />
              <span className={styles.name}>{target.name}</span>
              {target.kind === 'channel' && <span className={styles.where}>{target.guildName}</span>}
            </button>
          </li>
        ))}
      </ul>
      {targets.length === 0 && <p className={styles.none}>{t('switcher.none')}</p>}
    </Dialog>
  );
}

function Sign({ target }: { readonly target: Target }) {
  if (target.kind === 'person' && target.userId !== undefined)
    return <MediaAvatar id={target.userId} name={target.name} mxc={target.avatarMxc} size={32} />;
  const Icon = target.kind === 'person' ? MessagesSquare : Hash;
  return (
    <span className={styles.sign}>
      <Icon size={18} strokeWidth={1.75} aria-hidden />
    </span>
  );
}
