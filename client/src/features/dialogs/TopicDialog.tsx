import { t } from '../../lib/i18n/translate.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import styles from './TopicDialog.module.css';

interface TopicDialogProps {
  readonly name: string;
  readonly topic: string;
  readonly handleClose: () => void;
}

/** What a channel is about, in full. */
export function TopicDialog({ name, topic, handleClose }: TopicDialogProps) {
  return (
    <Dialog title={name} handleClose={handleClose}>
      <p className={styles.topic}>{topic}</p>
      <DialogActions>
        <Button onClick={handleClose}>{t('common.close')}</Button>
      </DialogActions>
    </Dialog>
  );
}
