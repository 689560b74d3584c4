import { Ban, Hash, Info, Link, LogOut, Users } from 'lucide-react';
import { useLocation } from 'wouter';
import { buildGuildSettingsPath, buildHomePath } from '../../app/paths.ts';
import { BansPage } from '../../features/guild-settings/BansPage.tsx';
import { ChannelOrderPage } from '../../features/guild-settings/ChannelOrderPage.tsx';
import { InvitesPage } from '../../features/guild-settings/InvitesPage.tsx';
import { LeavePage } from '../../features/guild-settings/LeavePage.tsx';
import { MembersPage } from '../../features/guild-settings/MembersPage.tsx';
import { NoInvitesPage } from '../../features/guild-settings/NoInvitesPage.tsx';
import { OverviewPage } from '../../features/guild-settings/OverviewPage.tsx';
import { useGateway, useStore } from '../../features/session/gateway-context.ts';
import { SettingsFrame } from '../../features/settings/SettingsFrame.tsx';
import { t } from '../../lib/i18n/translate.ts';
import { Button } from '../../ui/Button.tsx';
import { ErrorState } from '../../ui/StateView.tsx';

interface GuildSettingsSceneProps {
  readonly guildId: string;
  readonly pageId: string | undefined;
}

/** Everything about a guild, as far as whoever looks may change it. */
export default function GuildSettingsScene({ guildId, pageId }: GuildSettingsSceneProps) {
  const guild = useStore(useGateway().guild(guildId));
  const [, navigate] = useLocation();
  if (!guild) {
    return (
      <ErrorState
        title={t('guild.missing')}
        action={<Button onClick={() => navigate(buildHomePath())}>{t('hall.goBack')}</Button>}
      >
        {t('guild.missingText')}
      </ErrorState>
    );
  }
  const { canBan, canAddChannels, canInvite, canKick } = guild.permissions;
  return (
    <SettingsFrame
      title={guild.name}
      pageId={pageId}
      buildPath={(id) => buildGuildSettingsPath(guildId, id)}
      pages={[
        {
          id: 'overview',
          label: t('guildSettings.overview'),
          icon: Info,
          content: <OverviewPage guild={guild} />,
        },
        { id: 'members', label: t('members.title'), icon: Users, content: <MembersPage guild={guild} /> },
        ...(canInvite || canKick
          ? [
              {
                id: 'invites',
                label: t('guildSettings.invites'),
                icon: Link,
                content: guild.plain ? <NoInvitesPage guildId={guildId} /> : <InvitesPage guild={guild} />,
              },
            ]
          : []),
        ...(canAddChannels
          ? [
              {
                id: 'channels',
                label: t('guildSettings.channels'),
                icon: Hash,
                content: <ChannelOrderPage guild={guild} />,
              },
            ]
          : []),
        ...(canBan
          ? [
              {
                id: 'bans',
                label: t('guildSettings.bans'),
                icon: Ban,
                content: <BansPage roomId={guildId} />,
              },
            ]
          : []),
        { id: 'leave', label: t('guild.leave'), icon: LogOut, content: <LeavePage guild={guild} /> },
      ]}
    />
  );
}
