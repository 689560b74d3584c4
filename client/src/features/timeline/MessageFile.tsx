import { Download, FileText } from 'lucide-react';
import { useState } from 'react';
import { formatFileSize } from '../../lib/file-size.ts';
import { t } from '../../lib/i18n/translate.ts';
import type { FileContent } from '../../matrix/types.ts';
import { Spinner } from '../../ui/Spinner.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { useGateway } from '../session/gateway-context.ts';
import styles from './MessageFile.module.css';

/** A file that was sent: its name, its size and a way to have it. */
export function MessageFile({ content }: { readonly content: FileContent }) {
  const { media } = useGateway();
  const [isBusy, setIsBusy] = useState(false);
  const handleDownload = async (): Promise<void> => {
    setIsBusy(true);
    try {
      save(await media.acquire({ mxc: content.mxc }), content.name);
      media.release({ mxc: content.mxc });
    } catch {
      showToast(t('file.failed', { name: content.name }), 'danger');
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <button
      type="button"
      className={styles.file}
      aria-label={t('file.download', { name: content.name })}
      disabled={isBusy}
      onClick={handleDownload}
    >
      <FileText size={28} strokeWidth={1.5} aria-hidden />
      <span className={styles.words}>
        <span className={styles.name}>{content.name}</span>
        {content.size !== undefined && <span className={styles.size}>{formatFileSize(content.size)}</span>}
      </span>
      {isBusy ? (
        <Spinner label={t('file.downloading')} />
      ) : (
        <Download size={18} strokeWidth={1.75} aria-hidden />
      )}
    </button>
  );
}

function save(url: string, name: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}
