import { Ban, Bell, Info, KeyRound, LogOut } from 'lucide-react';
import { useLocation } from 'wouter';
import { buildChannelSettingsPath, buildHomePath } from '../../app/paths.ts';
import { ChannelLeavePage } from '../../features/channel-settings/ChannelLeavePage.tsx';
import { ChannelOverviewPage } from '../../features/channel-settings/ChannelOverviewPage.tsx';
import { ChannelPermissionsPage } from '../../features/channel-settings/ChannelPermissionsPage.tsx';
import { BansPage } from '../../features/guild-settings/BansPage.tsx';
import { NotificationChoices } from '../../features/notifications/NotificationChoices.tsx';
import { useGateway, useStore } from '../../features/session/gateway-context.ts';
import { SettingsFrame } from '../../features/settings/SettingsFrame.tsx';
import { t } from '../../lib/i18n/translate.ts';
import { Button } from '../../ui/Button.tsx';
import { ErrorState } from '../../ui/StateView.tsx';

interface ChannelSettingsSceneProps {
  readonly channelId: string;
  readonly pageId: string | undefined;
}

/** Everything about a channel, as far as whoever looks may change it. */
export default function ChannelSettingsScene({ channelId, pageId }: ChannelSettingsSceneProps) {
  const gateway = useGateway();
  const channel = useStore(gateway.channel(channelId));
  const rules = useStore(gateway.channelRules(channelId));
  const [, navigate] = useLocation();
  if (!channel || !rules) {
    return (
      <ErrorState
        title={t('channel.leftTitle')}
        action={<Button onClick={() => navigate(buildHomePath())}>{t('hall.goBack')}</Button>}
      >
        {t('channel.leftText')}
      </ErrorState>
    );
  }
  const { name, permissions } = channel;
  return (
    <SettingsFrame
      title={name}
      pageId={pageId}
      buildPath={(id) => buildChannelSettingsPath(channelId, id)}
      pages={[
        {
          id: 'overview',
          label: t('guildSettings.overview'),
          icon: Info,
          content: <ChannelOverviewPage channel={channel} rules={rules} />,
        },
        {
          id: 'permissions',
          label: t('channelSettings.permissions'),
          icon: KeyRound,
          content: <ChannelPermissionsPage channel={channel} rules={rules} />,
        },
        {
          id: 'notifications',
          label: t('notifications.title'),
          icon: Bell,
          content: <NotificationChoices roomId={channelId} />,
        },
        ...(permissions.canBan
          ? [
              {
                id: 'bans',
                label: t('guildSettings.bans'),
                icon: Ban,
                content: <BansPage roomId={channelId} />,
              },
            ]
          : []),
        {
          id: 'leave',
          label: t('channelSettings.leave'),
          icon: LogOut,
          content: <ChannelLeavePage channel={channel} rules={rules} />,
        },
      ]}
    />
  );
}
