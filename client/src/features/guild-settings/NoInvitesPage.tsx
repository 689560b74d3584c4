import { openDialog } from '../../app/dialog-store.ts';
import { t } from '../../lib/i18n/translate.ts';
import { Button } from '../../ui/Button.tsx';
import { SettingsSection } from '../settings/SettingsFrame.tsx';

/** In place of the invites of a guild, for a space that has none. */
export function NoInvitesPage({ guildId }: { readonly guildId: string }) {
  return (
    <SettingsSection title={t('guildSettings.invites')} text={t('invites.notHere')}>
      <div>
        <Button onClick={() => openDialog({ kind: 'invite', guildId })}>{t('guild.invite')}</Button>
      </div>
    </SettingsSection>
  );
}
