import { useLocation } from 'wouter';
import { leaveGuild } from '../../app/actions/guild-actions.ts';
import { openDialog } from '../../app/dialog-store.ts';
import { buildHomePath } from '../../app/paths.ts';
import { t } from '../../lib/i18n/translate.ts';
import type { GuildDetails } from '../../matrix/types.ts';
import { Button } from '../../ui/Button.tsx';
import { useGateway } from '../session/gateway-context.ts';
import { SettingsSection } from '../settings/SettingsFrame.tsx';

/** The way out of a guild, and its end. */
export function LeavePage({ guild }: { readonly guild: GuildDetails }) {
  const gateway = useGateway();
  const [, navigate] = useLocation();
  const askToClose = (): void =>
    openDialog({
      kind: 'confirm',
      title: t('guild.closeTitle', { name: guild.name }),
      text: t('guild.closeText'),
      confirmLabel: t('guild.close'),
      mustType: guild.name,
      perform: async () => {
        await gateway.communities.closeGuild(guild.guildId);
        navigate(buildHomePath());
      },
    });
  return (
    <>
      <SettingsSection
        title={t('guild.leaveTitle', { name: guild.name })}
        text={t('guild.leaveText')}
        isDangerous
      >
        <div>
          <Button variant="danger" onClick={() => leaveGuild.perform({ gateway, guild, navigate })}>
            {t('guild.leave')}
          </Button>
        </div>
      </SettingsSection>
      {guild.permissions.canClose && !guild.plain && (
        <SettingsSection
          title={t('guild.closeTitle', { name: guild.name })}
          text={t('guild.closeText')}
          isDangerous
        >
          <div>
            <Button variant="danger" onClick={askToClose}>
              {t('guild.close')}
            </Button>
          </div>
        </SettingsSection>
      )}
    </>
  );
}
