import { MessageSquarePlus, Plus } from 'lucide-react';
import { useEffect } from 'react';
import { useLocation } from 'wouter';
import { openDialog } from '../../app/dialog-store.ts';
import { PlaceHeader } from '../../features/channel/ChannelHeader.tsx';
import { ChannelView } from '../../features/channel/ChannelView.tsx';
import { HomeList } from '../../features/channel-list/HomeList.tsx';
import { MemberPanel } from '../../features/people/MemberPanel.tsx';
import { useGateway, useStore } from '../../features/session/gateway-context.ts';
import { t } from '../../lib/i18n/translate.ts';
import { rememberPlace } from '../../lib/preferences.ts';
import { useTitle } from '../../lib/use-title.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/StateView.tsx';
import { HallLayout } from './HallLayout.tsx';
import styles from './HomePlace.module.css';
import { MissingPlace } from './PlaceStates.tsx';

/** Home: conversations, invitations, and channels that belong to no guild. */
export function HomePlace({ channelId }: { readonly channelId: string | undefined }) {
  const home = useStore(useGateway().home);
  const isChannel = home.channels.some((channel) => channel.channelId === channelId);
  return (
    <HallLayout
      selected="home"
      list={<HomeList home={home} channelId={channelId} />}
      members={isChannel && channelId && <MemberPanel key={channelId} roomId={channelId} />}
    >
      {channelId === undefined ? <Welcome /> : <HomeChannel key={channelId} channelId={channelId} />}
    </HallLayout>
  );
}

function Welcome() {
  const gateway = useGateway();
  const hasGuilds = useStore(gateway.guilds).length > 0;
  const { name } = useStore(gateway.profile);
  const [path] = useLocation();
  useTitle(t('hall.home'));
  useEffect(() => rememberPlace(path), [path]);
  return (
    <>
      <PlaceHeader />
      <div className={styles.welcome}>
        <EmptyState
          title={hasGuilds ? t('home.quiet') : t('home.comeIn', { name })}
          action={
            <div className={styles.actions}>
              <Button
                variant={hasGuilds ? 'quiet' : 'primary'}
                onClick={() => openDialog({ kind: 'create-guild' })}
              >
                <Plus size={16} aria-hidden /> {t('guild.create')}
              </Button>
              <Button onClick={() => openDialog({ kind: 'new-direct' })}>
                <MessageSquarePlus size={16} aria-hidden /> {t('home.newConversation')}
              </Button>
            </div>
          }
        >
          {hasGuilds ? t('home.pick') : t('home.firstGuild')}
        </EmptyState>
      </div>
    </>
  );
}

function HomeChannel({ channelId }: { readonly channelId: string }) {
  const channel = useStore(useGateway().channel(channelId));
  const [path] = useLocation();
  useTitle(channel?.name);
  const isThere = channel !== undefined;
  useEffect(() => {
    if (isThere) rememberPlace(path, undefined, channelId);
  }, [isThere, path, channelId]);
  if (channel) return <ChannelView channel={channel} />;
  return <MissingPlace title={t('home.missing')}>{t('home.missingText')}</MissingPlace>;
}
