import { useLocation } from 'wouter';
import { openDialog } from '../../app/dialog-store.ts';
import { buildGuildPath, buildHomePath } from '../../app/paths.ts';
import { t } from '../../lib/i18n/translate.ts';
import type { ChannelRules } from '../../matrix/channel-rules.ts';
import { listChannels } from '../../matrix/channel-tree.ts';
import type { Gateway } from '../../matrix/gateway.ts';
import { readNow } from '../../matrix/store.ts';
import type { ChannelDetails } from '../../matrix/types.ts';
import { Button } from '../../ui/Button.tsx';
import { useGateway } from '../session/gateway-context.ts';
import { SettingsSection } from '../settings/SettingsFrame.tsx';

/** Another channel of the guild: the guild itself would lead to the one that was open last. */
function findWayOut(gateway: Gateway, channelId: string, guildId: string | undefined): string {
  const guild = guildId === undefined ? undefined : readNow(gateway.guild(guildId));
  if (!guild) return buildHomePath();
  const next = listChannels(guild.tree).find((other) => other.joined && other.channelId !== channelId);
  return buildGuildPath(guild.guildId, next?.channelId);
}

interface ChannelLeavePageProps {
  readonly channel: ChannelDetails;
  readonly rules: ChannelRules;
}

/** The way out of a channel, and its end. */
export function ChannelLeavePage({ channel, rules }: ChannelLeavePageProps) {
  const gateway = useGateway();
  const { communities } = gateway;
  const [, navigate] = useLocation();
  const { channelId, name } = channel;
  const { guildId } = rules;
  const ask = (): void =>
    openDialog({
      kind: 'confirm',
      title: t('channelSettings.leaveTitle', { name }),
      text: t('channelSettings.leaveText'),
      confirmLabel: t('channelSettings.leaveConfirm'),
      perform: async () => {
        await communities.leaveChannel(channelId);
        navigate(findWayOut(gateway, channelId, guildId));
      },
    });
  const askToClose = (guildId: string): void =>
    openDialog({
      kind: 'confirm',
      title: t('channelSettings.closeTitle', { name }),
      text: t('channelSettings.closeText'),
      confirmLabel: t('channelSettings.close'),
      mustType: name,
      perform: async () => {
        await communities.closeChannel(guildId, channelId);
        navigate(findWayOut(gateway, channelId, guildId));
      },
    });
  return (
    <>
      <SettingsSection
        title={t('channelSettings.leaveTitle', { name })}
        text={t('channelSettings.leaveText')}
        isDangerous
      >
        <div>
          <Button variant="danger" onClick={ask}>
            {t('channelSettings.leave')}
          </Button>
        </div>
      </SettingsSection>
      {rules.mayChange.place && guildId !== undefined && (
        <SettingsSection
          title={t('channelSettings.closeTitle', { name })}
          text={t('channelSettings.closeText')}
          isDangerous
        >
          <div>
            <Button variant="danger" onClick={() => askToClose(guildId)}>
              {t('channelSettings.close')}
            </Button>
          </div>
        </SettingsSection>
      )}
    </>
  );
}
