import { Hash } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Redirect, useLocation } from 'wouter';
import { createChannelInGuild } from '../../app/actions/guild-actions.ts';
import { buildGuildPath } from '../../app/paths.ts';
import { PlaceHeader } from '../../features/channel/ChannelHeader.tsx';
import { ChannelView } from '../../features/channel/ChannelView.tsx';
import { ChannelList } from '../../features/channel-list/ChannelList.tsx';
import { useGateway, useStore } from '../../features/session/gateway-context.ts';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import { t } from '../../lib/i18n/translate.ts';
import { rememberPlace, usePreferences } from '../../lib/preferences.ts';
import { useTitle } from '../../lib/use-title.ts';
import { listChannels } from '../../matrix/channel-tree.ts';
import type { ChannelSummary, GuildDetails } from '../../matrix/types.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/StateView.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { HallLayout } from './HallLayout.tsx';
import { MissingList, MissingPlace } from './PlaceStates.tsx';
import { SidePanel } from './SidePanel.tsx';

interface GuildPlaceProps {
  readonly guildId: string;
  readonly channelId: string | undefined;
}

/** A guild with one of its channels. */
export function GuildPlace({ guildId, channelId }: GuildPlaceProps) {
  const guild = useStore(useGateway().guild(guildId));
  if (!guild) {
    return (
      <HallLayout selected={guildId} list={<MissingList />}>
        <MissingPlace title={t('guild.missing')}>{t('guild.missingText')}</MissingPlace>
      </HallLayout>
    );
  }
  const isJoined = listChannels(guild.tree).some(
    (channel) => channel.channelId === channelId && channel.joined,
  );
  return (
    <HallLayout
      selected={guildId}
      list={<ChannelList guild={guild} channelId={channelId} />}
      members={isJoined && channelId && <SidePanel channelId={channelId} guild={guild} />}
    >
      {channelId === undefined ? (
        <GuildEntrance guild={guild} />
      ) : (
        <GuildChannel key={channelId} guild={guild} channelId={channelId} />
      )}
    </HallLayout>
  );
}

/** Leads on to the channel that was open last, or to the first one. */
function GuildEntrance({ guild }: { readonly guild: GuildDetails }) {
  const gateway = useGateway();
  const [, navigate] = useLocation();
  const lastChannel = usePreferences((state) => state.lastChannels[guild.guildId]);
  const channels = listChannels(guild.tree).filter((channel) => channel.joined);
  const next = channels.find((channel) => channel.channelId === lastChannel) ?? channels[0];
  useTitle(guild.name);
  if (next) return <Redirect to={buildGuildPath(guild.guildId, next.channelId)} replace />;
  const context = { gateway, guild, navigate };
  const canCreate = createChannelInGuild.isAvailable(context);
  return (
    <>
      <PlaceHeader />
      <EmptyState
        title={t('guild.empty')}
        action={
          canCreate && (
            <Button variant="primary" onClick={() => createChannelInGuild.perform(context)}>
              {t('guild.createFirst')}
            </Button>
          )
        }
      >
        {canCreate ? t('guild.emptyOwner') : t('guild.emptyGuest')}
      </EmptyState>
    </>
  );
}

interface GuildChannelProps {
  readonly guild: GuildDetails;
  readonly channelId: string;
}

function GuildChannel({ guild, channelId }: GuildChannelProps) {
  const [path] = useLocation();
  const channel = useStore(useGateway().channel(channelId));
  const listed = listChannels(guild.tree).find((candidate) => candidate.channelId === channelId);
  useTitle(channel?.name ?? listed?.name, guild.name);
  const isThere = channel !== undefined;
  useEffect(() => {
    if (isThere) rememberPlace(path, guild.guildId, channelId);
  }, [isThere, path, guild.guildId, channelId]);
  if (channel) return <ChannelView channel={channel} guild={guild} />;
  if (listed && !listed.joined) return <UnjoinedChannel channel={listed} />;
  return (
    <MissingPlace title={t('channel.missing')} homePath={buildGuildPath(guild.guildId)}>
      {t('channel.missingText')}
    </MissingPlace>
  );
}

function UnjoinedChannel({ channel }: { readonly channel: ChannelSummary }) {
  const { communities } = useGateway();
  const [isBusy, setIsBusy] = useState(false);
  const handleJoin = async (): Promise<void> => {
    setIsBusy(true);
    try {
      await communities.joinChannel(channel.channelId);
    } catch (error) {
      showToast(describeError(error), 'danger');
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <>
      <PlaceHeader>
        <Hash size={20} strokeWidth={1.75} aria-hidden />
        <span>{channel.name}</span>
      </PlaceHeader>
      <EmptyState
        title={t('channel.notJoined', { name: channel.name })}
        action={
          <Button variant="primary" isBusy={isBusy} onClick={handleJoin}>
            {t('channel.join')}
          </Button>
        }
      >
        {t('channel.notJoinedText')}
      </EmptyState>
    </>
  );
}
