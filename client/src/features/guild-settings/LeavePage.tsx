import { useLocation } from 'wouter';
import { leaveGuild } from '../../app/actions/guild-actions.ts';
import { t } from '../../lib/i18n/translate.ts';
import type { GuildDetails } from '../../matrix/types.ts';
import { Button } from '../../ui/Button.tsx';
import { useGateway } from '../session/gateway-context.ts';
import { SettingsSection } from '../settings/SettingsFrame.tsx';

/** The way out of a guild. */
export function LeavePage({ guild }: { readonly guild: GuildDetails }) {
  const gateway = useGateway();
  const [, navigate] = useLocation();
  return (
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
  );
}
