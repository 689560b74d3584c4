import { Tabs } from '@base-ui/react/tabs';
import { CheckCheck } from 'lucide-react';
import { markAllRead } from '../../app/actions/hall-actions.ts';
import { closeDrawer } from '../../app/drawer-store.ts';
import { requestJump } from '../../app/jump-store.ts';
import { buildChannelPath } from '../../app/paths.ts';
import { useHallContext } from '../../app/use-hall-keys.ts';
import { t } from '../../lib/i18n/translate.ts';
import { joinClasses } from '../../lib/join-classes.ts';
import { formatStamp } from '../../lib/time.ts';
import type { InboxChannel, InboxMessage } from '../../matrix/types.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { MentionPill } from '../../ui/MentionPill.tsx';
import { EmptyState } from '../../ui/StateView.tsx';
import { TabList } from '../../ui/TabList.tsx';
import { MediaAvatar } from '../media/MediaAvatar.tsx';
import { useGateway, useStore } from '../session/gateway-context.ts';
import styles from './InboxDialog.module.css';

interface InboxDialogProps {
  readonly handleClose: () => void;
}

/** What waits for us: where there is something new, and what was meant for us in particular. */
export function InboxDialog({ handleClose }: InboxDialogProps) {
  const { unread, mentions } = useStore(useGateway().inbox);
  const context = useHallContext();
  const handleOpen = (channel: InboxChannel, eventId?: string): void => {
    if (eventId !== undefined) requestJump(channel.channelId, eventId);
    handleClose();
    closeDrawer();
    context.navigate(buildChannelPath(channel.guildId, channel.channelId));
  };
  return (
    <Dialog title={t('inbox.open')} size="large" handleClose={handleClose}>
      <Tabs.Root defaultValue="unread">
        <div className={styles.bar}>
          <TabList
            label={t('inbox.open')}
            tabs={[
              { value: 'unread', label: t('inbox.unread') },
              { value: 'mentions', label: t('inbox.mentions') },
            ]}
          />
          {unread.length > 0 && (
            <Button variant="plain" onClick={() => markAllRead.perform(context)}>
              <CheckCheck size={16} aria-hidden /> {t(markAllRead.label)}
            </Button>
          )}
        </div>
        <Tabs.Panel className={styles.panel} value="unread">
          {unread.length === 0 && (
            <EmptyState size="panel" title={t('inbox.allRead')}>
              {t('inbox.allReadText')}
            </EmptyState>
          )}
          <ul>
            {unread.map(({ news, ...channel }) => (
              <UnreadChannel key={channel.channelId} channel={channel} news={news} handleOpen={handleOpen} />
            ))}
          </ul>
        </Tabs.Panel>
        <Tabs.Panel className={styles.panel} value="mentions">
          {mentions.length === 0 && (
            <EmptyState size="panel" title={t('inbox.noMentions')}>
              {t('inbox.noMentionsText')}
            </EmptyState>
          )}
          <ul>
            {mentions.map((mention) => (
              <li
                key={mention.eventId}
                className={joinClasses(styles.channel, mention.isNew && styles.fresh)}
              >
                <p className={styles.where}>{describeChannel(mention.channel)}</p>
                <MessageLine
                  message={mention}
                  handleOpen={() => handleOpen(mention.channel, mention.eventId)}
                />
              </li>
            ))}
          </ul>
        </Tabs.Panel>
      </Tabs.Root>
    </Dialog>
  );
}

interface UnreadChannelProps {
  readonly channel: InboxChannel;
  readonly news: readonly InboxMessage[];
  readonly handleOpen: (channel: InboxChannel, eventId?: string) => void;
}

function UnreadChannel({ channel, news, handleOpen }: UnreadChannelProps) {
  const gateway = useGateway();
  return (
    <li className={styles.channel}>
      <div className={styles.head}>
        <button type="button" className={styles.where} onClick={() => handleOpen(channel)}>
          {describeChannel(channel)}
        </button>
        {channel.mentions > 0 && <MentionPill count={channel.mentions} />}
        <IconButton
          className={styles.read}
          icon={CheckCheck}
          size="small"
          label={t('inbox.markRead', { name: channel.name })}
          onClick={() => gateway.timeline(channel.channelId).markRead()}
        />
      </div>
      {news.map((message) => (
        <MessageLine
          key={message.eventId}
          message={message}
          handleOpen={() => handleOpen(channel, message.eventId)}
        />
      ))}
    </li>
  );
}

/** "sets-and-lamps · The Lantern Club". */
function describeChannel({ name, guildName, isDirect }: InboxChannel): string {
  return [isDirect ? name : `#${name}`, guildName].filter(Boolean).join(' · ');
}

function MessageLine({
  message,
  handleOpen,
}: {
  readonly message: InboxMessage;
  readonly handleOpen: () => void;
}) {
  const { author, excerpt, timestamp } = message;
  return (
    <button type="button" className={styles.message} onClick={handleOpen}>
      <MediaAvatar id={author.userId} name={author.name} mxc={author.avatarMxc} size={32} />
      <span className={styles.words}>
        <span className={styles.line}>
          <span className={styles.author}>{author.name}</span>
          <time className={styles.time} dateTime={new Date(timestamp).toISOString()}>
            {formatStamp(timestamp)}
          </time>
        </span>
        <span className={styles.excerpt}>{excerpt}</span>
      </span>
    </button>
  );
}
