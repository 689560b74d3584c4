import { FileText, X } from 'lucide-react';
import { formatFileSize } from '../../lib/file-size.ts';
import { t } from '../../lib/i18n/translate.ts';
import { joinClasses } from '../../lib/join-classes.ts';
import styles from './AttachmentTrayView.module.css';
import type { AttachmentTray, TrayItem } from './use-attachments.ts';

/** The files that wait in the composer, with how far each upload is. */
export function AttachmentTrayView({ tray }: { readonly tray: AttachmentTray }) {
  if (tray.items.length === 0) return null;
  return (
    <ul className={styles.tray} aria-label={t('composer.attachments')}>
      {tray.items.map((item) => (
        <AttachmentCard
          key={item.attachment.id}
          item={item}
          handleRemove={() => tray.remove(item.attachment.id)}
        />
      ))}
    </ul>
  );
}

function AttachmentCard({
  item,
  handleRemove,
}: {
  readonly item: TrayItem;
  readonly handleRemove: () => void;
}) {
  const { file, preview } = item.attachment;
  const isUploading = item.progress !== undefined;
  return (
    <li className={styles.card}>
      <div className={styles.picture}>
        {preview === undefined ? (
          <FileText size={32} strokeWidth={1.5} aria-hidden />
        ) : (
          <img className={styles.preview} src={preview} alt="" />
        )}
      </div>
      <p className={styles.name}>{file.name}</p>
      {item.error === undefined ? (
        <p className={styles.note}>{isUploading ? t('composer.uploading') : formatFileSize(file.size)}</p>
      ) : (
        <p className={joinClasses(styles.note, styles.error)} role="alert">
          {item.error}
        </p>
      )}
      {isUploading && (
        <progress
          className={styles.progress}
          value={item.progress}
          aria-label={t('composer.uploadingFile', { name: file.name })}
        />
      )}
      <button
        type="button"
        className={styles.remove}
        aria-label={t('composer.removeFile', { name: file.name })}
        onClick={handleRemove}
      >
        <X size={16} aria-hidden />
      </button>
    </li>
  );
}
