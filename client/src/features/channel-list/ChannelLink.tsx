import { Hash, Settings } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { closeDrawer } from '../../app/drawer-store.ts';
import { buildChannelSettingsPath } from '../../app/paths.ts';
import { describeUnread } from '../../lib/i18n/describe-unread.ts';
import { t } from '../../lib/i18n/translate.ts';
import { joinClasses } from '../../lib/join-classes.ts';
import type { Unread } from '../../matrix/types.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { MentionPill } from '../../ui/MentionPill.tsx';
import styles from './ChannelLink.module.css';

interface ChannelLinkProps extends Unread {
  readonly channelId: string;
  readonly name: string;
  readonly href: string;
  readonly isSelected: boolean;
  /** What stands before the name; a hash unless it is given. */
  readonly sign?: ReactNode;
  readonly isFaint?: boolean;
  readonly hasSettings?: boolean;
}

/** One line of a list of channels: bold with a pill when there is something new. */
export function ChannelLink({
  channelId,
  name,
  href,
  isSelected,
  unread,
  mentions,
  sign = <Hash size={18} strokeWidth={1.75} aria-hidden />,
  isFaint = false,
  hasSettings = false,
}: ChannelLinkProps) {
  const [, navigate] = useLocation();
  const state = isSelected ? styles.selected : unread ? styles.unread : isFaint && styles.faint;
  return (
    <div className={joinClasses(styles.row, state)} data-channel={channelId}>
      <Link
        className={styles.link}
        href={href}
        aria-label={describeUnread(name, { unread, mentions }, 'unread.mark')}
        aria-current={isSelected ? 'page' : undefined}
        onClick={closeDrawer}
      >
        <span className={styles.sign}>{sign}</span>
        <span className={styles.name}>{name}</span>
        {mentions > 0 && <MentionPill count={mentions} />}
      </Link>
      {hasSettings && (
        <IconButton
          className={styles.settings}
          icon={Settings}
          label={t('channel.settingsOf', { name })}
          size="small"
          onClick={() => {
            closeDrawer();
            navigate(buildChannelSettingsPath(channelId));
          }}
        />
      )}
    </div>
  );
}
