import { Download, FileText } from 'lucide-react';
import { formatFileSize } from '../../lib/file-size.ts';
import { t } from '../../lib/i18n/translate.ts';
import type { FileContent } from '../../matrix/types.ts';
import { Spinner } from '../../ui/Spinner.tsx';
import { VisuallyHidden } from '../../ui/VisuallyHidden.tsx';
import { useDownload } from '../media/use-download.ts';
import styles from './MessageFile.module.css';

/** A file that was sent: its name, its size and a way to have it. */
export function MessageFile({ content }: { readonly content: FileContent }) {
  const { download, isBusy } = useDownload(content.mxc, content.name);
  return (
    <button type="button" className={styles.file} disabled={isBusy} onClick={download}>
      <FileText size={28} strokeWidth={1.5} aria-hidden />
      <span className={styles.words}>
        <span className={styles.name}>{content.name}</span>
        {content.size !== undefined && <span className={styles.size}>{formatFileSize(content.size)}</span>}
      </span>
      {isBusy ? (
        <Spinner label={t('file.downloading')} />
      ) : (
        <>
          <Download size={18} strokeWidth={1.75} aria-hidden />
          <VisuallyHidden>{t('common.download')}</VisuallyHidden>
        </>
      )}
    </button>
  );
}
