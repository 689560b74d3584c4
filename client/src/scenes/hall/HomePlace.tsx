import { MessageSquarePlus, Plus, Users } from 'lucide-react';
import { useEffect } from 'react';
import { useLocation } from 'wouter';
import { openDialog } from '../../app/dialog-store.ts';
import { usePanel } from '../../app/panel-store.ts';
import { PlaceHeader } from '../../features/channel/ChannelHeader.tsx';
import { ChannelView } from '../../features/channel/ChannelView.tsx';
import { HomeList } from '../../features/channel-list/HomeList.tsx';
import { PeoplePage } from '../../features/people/PeoplePage.tsx';
import { useGateway, useStore } from '../../features/session/gateway-context.ts';
import { t } from '../../lib/i18n/translate.ts';
import { rememberPlace } from '../../lib/preferences.ts';
import { useTitle } from '../../lib/use-title.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/StateView.tsx';
import { HallLayout } from './HallLayout.tsx';
import styles from './HomePlace.module.css';
import { MissingPlace } from './PlaceStates.tsx';
import { SidePanel } from './SidePanel.tsx';

/** Home: conversations, invitations, and channels that belong to no guild. */
export function HomePlace({ channelId }: { readonly channelId: string | undefined }) {
  const home = useStore(useGateway().home);
  const hasMembers =
    home.channels.some((channel) => channel.channelId === channelId) ||
    home.directs.some((direct) => direct.channelId === channelId && direct.partner === undefined);
  const hasPanel = usePanel((state) => state.panel !== undefined);
  return (
    <HallLayout
      selected="home"
      list={<HomeList home={home} channelId={channelId} />}
      members={(hasMembers || hasPanel) && channelId && <SidePanel channelId={channelId} />}
    >
      {channelId === undefined ? <Entrance /> : <HomeChannel key={channelId} channelId={channelId} />}
    </HallLayout>
  );
}

/** The people whom we talk to, once there are any. */
function Entrance() {
  const { friends, blocked } = useStore(useGateway().people);
  const [path] = useLocation();
  const hasPeople = friends.length + blocked.length > 0;
  useTitle(hasPeople ? t('people.title') : t('hall.home'));
  useEffect(() => rememberPlace(path), [path]);
  if (!hasPeople) return <Welcome />;
  return (
    <>
      <PlaceHeader>
        <Users size={20} strokeWidth={1.75} aria-hidden />
        <h1 className={styles.title}>{t('people.title')}</h1>
      </PlaceHeader>
      <PeoplePage />
    </>
  );
}

function Welcome() {
  const gateway = useGateway();
  const hasGuilds = useStore(gateway.guilds).length > 0;
  const { name } = useStore(gateway.profile);
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
