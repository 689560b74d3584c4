import { useLocation } from 'wouter';
import { openDialog } from '../../app/dialog-store.ts';
import { buildHomePath } from '../../app/paths.ts';
import { t } from '../../lib/i18n/translate.ts';
import type { ChannelDetails } from '../../matrix/types.ts';
import { Button } from '../../ui/Button.tsx';
import { useGateway } from '../session/gateway-context.ts';
import { SettingsSection } from '../settings/SettingsFrame.tsx';

/** The way out of a channel. */
export function ChannelLeavePage({ channel }: { readonly channel: ChannelDetails }) {
  const { communities } = useGateway();
  const [, navigate] = useLocation();
  const { channelId, name } = channel;
  const ask = (): void =>
    openDialog({
      kind: 'confirm',
      title: t('channelSettings.leaveTitle', { name }),
      text: t('channelSettings.leaveText'),
      confirmLabel: t('channelSettings.leaveConfirm'),
      perform: async () => {
        await communities.leaveChannel(channelId);
        navigate(buildHomePath());
      },
    });
  return (
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
  );
}
