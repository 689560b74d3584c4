import { useCallback, useEffect, useState } from 'react';
import { t } from '../../lib/i18n/translate.ts';
import { formatStamp } from '../../lib/time.ts';
import type { MessageContent, MessageVersion } from '../../matrix/types.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { Spinner } from '../../ui/Spinner.tsx';
import { ErrorState } from '../../ui/StateView.tsx';
import { useGateway } from '../session/gateway-context.ts';
import { FormattedText } from '../timeline/FormattedText.tsx';
import styles from './VersionsDialog.module.css';

interface VersionsDialogProps {
  readonly channelId: string;
  readonly eventId: string;
  readonly handleClose: () => void;
}

type Loaded = readonly MessageVersion[] | 'loading' | 'failed';

/** What a message said before it was edited. */
export function VersionsDialog({ channelId, eventId, handleClose }: VersionsDialogProps) {
  const { messages } = useGateway();
  const [versions, setVersions] = useState<Loaded>('loading');
  const load = useCallback(() => {
    setVersions('loading');
    messages.listVersions(channelId, eventId).then(setVersions, () => setVersions('failed'));
  }, [messages, channelId, eventId]);
  useEffect(load, [load]);
  return (
    <Dialog title={t('versions.title')} handleClose={handleClose}>
      {versions === 'loading' && <Spinner label={t('common.loading')} />}
      {versions === 'failed' && (
        <ErrorState size="panel" title={t('versions.failed')} handleRetry={load}>
          {t('error.unreachable')}
        </ErrorState>
      )}
      {typeof versions !== 'string' && (
        <ol className={styles.list}>
          {versions.map((version, index) => (
            <li key={version.eventId} className={styles.version}>
              <p className={styles.time}>
                {formatStamp(version.timestamp)}
                {index === 0 && <span className={styles.mark}>{t('versions.now')}</span>}
                {index === versions.length - 1 && <span className={styles.mark}>{t('versions.first')}</span>}
              </p>
              <Content content={version.content} channelId={channelId} />
            </li>
          ))}
        </ol>
      )}
    </Dialog>
  );
}

function Content({ content, channelId }: { readonly content: MessageContent; readonly channelId: string }) {
  if (content.kind === 'text') return <FormattedText content={content} roomId={channelId} />;
  const caption = 'caption' in content ? content.caption : undefined;
  if (caption) return <FormattedText content={caption} roomId={channelId} />;
  return 'name' in content ? content.name : t('message.aMessage');
}
