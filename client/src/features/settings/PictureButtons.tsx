import { type ChangeEvent, useRef, useState } from 'react';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import { t } from '../../lib/i18n/translate.ts';
import { Button } from '../../ui/Button.tsx';
import { showToast } from '../../ui/toast-store.ts';
import styles from './PictureButtons.module.css';

interface PictureButtonsProps {
  readonly hasPicture: boolean;
  /** Sets another picture, or none. */
  readonly setPicture: (file: File | undefined) => Promise<void>;
}

/** Buttons that choose another picture of somebody or something, and take it away. */
export function PictureButtons({ hasPicture, setPicture }: PictureButtonsProps) {
  const [isBusy, setIsBusy] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const change = async (file: File | undefined): Promise<void> => {
    setIsBusy(true);
    try {
      await setPicture(file);
      showToast(t('common.saved'));
    } catch (error) {
      showToast(describeError(error), 'danger');
    } finally {
      setIsBusy(false);
    }
  };
  const handleFile = (event: ChangeEvent<HTMLInputElement>): void => {
    const [file] = event.target.files ?? [];
    event.target.value = '';
    if (file) void change(file);
  };
  return (
    <div className={styles.buttons}>
      <input
        ref={input}
        type="file"
        accept="image/*"
        hidden
        aria-label={t('settings.choosePicture')}
        onChange={handleFile}
      />
      <Button isBusy={isBusy} onClick={() => input.current?.click()}>
        {t('settings.choosePicture')}
      </Button>
      {hasPicture && (
        <Button variant="plain" disabled={isBusy} onClick={() => void change(undefined)}>
          {t('settings.removePicture')}
        </Button>
      )}
    </div>
  );
}
