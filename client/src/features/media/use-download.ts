import { useState } from 'react';
import { t } from '../../lib/i18n/translate.ts';
import { showToast } from '../../ui/toast-store.ts';
import { useGateway } from '../session/gateway-context.ts';

/** Saves a file of the media repository where the browser saves files. */
export function useDownload(
  mxc: string,
  name: string,
): { readonly download: () => void; readonly isBusy: boolean } {
  const { media } = useGateway();
  const [isBusy, setIsBusy] = useState(false);
  const download = async (): Promise<void> => {
    setIsBusy(true);
    try {
      save(await media.acquire({ mxc }), name);
      media.release({ mxc });
    } catch {
      showToast(t('file.failed', { name }), 'danger');
    } finally {
      setIsBusy(false);
    }
  };
  return { download: () => void download(), isBusy };
}

function save(url: string, name: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}
