import { t } from '../../lib/i18n/translate.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { NotificationChoices } from './NotificationChoices.tsx';
import styles from './NotificationsDialog.module.css';

interface NotificationsDialogProps {
  readonly roomId: string;
  readonly name: string;
  readonly handleClose: () => void;
}

/** What we want to hear of a place, wherever we are. */
export function NotificationsDialog({ roomId, name, handleClose }: NotificationsDialogProps) {
  return (
    <Dialog
      title={t('notifications.of', { name })}
      description={t('notifications.text')}
      handleClose={handleClose}
    >
      <div className={styles.content}>
        <NotificationChoices roomId={roomId} />
      </div>
    </Dialog>
  );
}
