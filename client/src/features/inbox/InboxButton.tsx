import { openInbox } from '../../app/actions/hall-actions.ts';
import { useHallContext } from '../../app/use-hall-keys.ts';
import { describeUnread } from '../../lib/i18n/describe-unread.ts';
import { t } from '../../lib/i18n/translate.ts';
import { rollUpUnread } from '../../matrix/unread.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { useGateway, useStore } from '../session/gateway-context.ts';
import styles from './InboxButton.module.css';

/** Opens the inbox; a dot says that something waits in it. */
export function InboxButton() {
  const context = useHallContext();
  const gateway = useGateway();
  const guilds = useStore(gateway.guilds);
  const { total } = useStore(gateway.home);
  const unread = rollUpUnread([...guilds, total]);
  return (
    <span className={styles.button}>
      <IconButton
        icon={openInbox.icon}
        label={describeUnread(t(openInbox.label), unread, 'unread.markMessages')}
        tooltipSide="bottom"
        onClick={() => openInbox.perform(context)}
      />
      {unread.unread && <span className={styles.dot} data-mentions={unread.mentions > 0} aria-hidden />}
    </span>
  );
}
