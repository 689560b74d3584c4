import { Eye, EyeOff, FileText, X } from 'lucide-react';
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
          handleSpoiler={() => tray.toggleSpoiler(item.attachment.id)}
        />
      ))}
    </ul>
  );
}

function AttachmentCard({
  item,
  handleRemove,
  handleSpoiler,
}: {
  readonly item: TrayItem;
  readonly handleRemove: () => void;
  readonly handleSpoiler: () => void;
}) {
  const { file, preview, shape } = item.attachment;
  const canCover = shape.kind === 'image' || shape.kind === 'video';
  const CoverIcon = item.isSpoiler ? EyeOff : Eye;
  const isUploading = item.progress !== undefined;
  return (
    <li className={styles.card}>
      <div className={styles.picture}>
        {preview === undefined ? (
          <FileText size={32} strokeWidth={1.5} aria-hidden />
        ) : (
          <img
            className={joinClasses(styles.preview, item.isSpoiler && styles.covered)}
            src={preview}
            alt=""
          />
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
      {canCover && (
        <button
          type="button"
          className={styles.cover}
          aria-pressed={item.isSpoiler}
          aria-label={t('composer.spoiler', { name: file.name })}
          disabled={isUploading}
          onClick={handleSpoiler}
        >
          <CoverIcon size={16} aria-hidden />
        </button>
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
