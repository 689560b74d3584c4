import { useLocation } from 'wouter';
import { openLinkedPlace } from '../../app/open-linked-place.ts';
import type { PlainMessageKey } from '../../lib/i18n/messages.ts';
import { t } from '../../lib/i18n/translate.ts';
import type { WritingBar } from '../../matrix/types.ts';
import { Button } from '../../ui/Button.tsx';
import { useGateway } from '../session/gateway-context.ts';
import styles from './WritingBarLine.module.css';

const reasons = {
  readOnly: 'composer.readOnly',
  muted: 'composer.muted',
  notices: 'composer.notices',
  replaced: 'composer.replaced',
} as const satisfies Readonly<Record<WritingBar['kind'], PlainMessageKey>>;

/** Stands where one would write, and says why one does not. */
export function WritingBarLine({ bar }: { readonly bar: WritingBar }) {
  const gateway = useGateway();
  const [, navigate] = useLocation();
  return (
    <div className={styles.bar} role="note">
      <p>{t(reasons[bar.kind])}</p>
      {bar.kind === 'replaced' && (
        <Button
          onClick={() =>
            openLinkedPlace(gateway, navigate, { room: bar.channelId, eventId: undefined, via: bar.via })
          }
        >
          {t('composer.goOn')}
        </Button>
      )}
    </div>
  );
}
