import { Check, UserRoundPlus } from 'lucide-react';
import { endSession } from '../../app/actions/account-actions.ts';
import { listSessions, openAccount, type Session } from '../../lib/homeserver/session.ts';
import { t } from '../../lib/i18n/translate.ts';
import { readLocalpart } from '../../lib/identifiers.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import { Button } from '../../ui/Button.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { MediaAvatar } from '../media/MediaAvatar.tsx';
import { useGateway, useStore } from '../session/gateway-context.ts';
import styles from './AccountsDialog.module.css';

/** The accounts of this browser: which one is open, a way to the others, and to one more. */
export function AccountsDialog({ handleClose }: { readonly handleClose: () => void }) {
  const gateway = useGateway();
  return (
    <Dialog title={t('accounts.title')} description={t('accounts.text')} handleClose={handleClose}>
      <ul className={styles.list}>
        {listSessions().map((session) =>
          session.userId === gateway.userId ? (
            <OpenAccount key={session.userId} session={session} />
          ) : (
            <OtherAccount key={session.userId} session={session} />
          ),
        )}
      </ul>
      <DialogActions>
        <Button onClick={() => endSession.perform({ gateway })}>{t('account.logOut')}</Button>
        <Button variant="primary" onClick={() => window.location.assign('/login?add')}>
          <UserRoundPlus size={16} aria-hidden /> {t('accounts.add')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function OpenAccount({ session }: { readonly session: Session }) {
  const profile = useStore(useGateway().profile);
  return (
    <li className={styles.item} aria-current="true">
      <MediaAvatar id={profile.userId} name={profile.name} mxc={profile.avatarMxc} size={40} />
      <AccountWords name={profile.name} session={session} />
      <span className={styles.open}>
        <Check size={16} aria-hidden /> {t('accounts.open')}
      </span>
    </li>
  );
}

/** Nothing is known of it but what was kept: only the open account asks its server. */
function OtherAccount({ session }: { readonly session: Session }) {
  const { userId } = session;
  const name = readLocalpart(userId);
  const handleOpen = (): void => {
    openAccount(userId);
    window.location.assign('/');
  };
  return (
    <li className={styles.item}>
      <Avatar id={userId} name={name} size={40} />
      <AccountWords name={name} session={session} />
      <Button aria-label={t('accounts.switchTo', { userId })} onClick={handleOpen}>
        {t('accounts.switch')}
      </Button>
    </li>
  );
}

function AccountWords({ name, session }: { readonly name: string; readonly session: Session }) {
  return (
    <div className={styles.words}>
      <p className={styles.name}>{name}</p>
      <p className={styles.note}>{session.userId}</p>
    </div>
  );
}
