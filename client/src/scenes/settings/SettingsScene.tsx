import { Bell, Keyboard, Languages, MonitorSmartphone, Palette, Shield, UserRound } from 'lucide-react';
import { buildSettingsPath } from '../../app/paths.ts';
import { AccountPage } from '../../features/settings/AccountPage.tsx';
import { AppearancePage } from '../../features/settings/AppearancePage.tsx';
import { KeysPage } from '../../features/settings/KeysPage.tsx';
import { LanguagePage } from '../../features/settings/LanguagePage.tsx';
import { NotificationsPage } from '../../features/settings/NotificationsPage.tsx';
import { PrivacyPage } from '../../features/settings/PrivacyPage.tsx';
import { SessionsPage } from '../../features/settings/SessionsPage.tsx';
import { SettingsFrame } from '../../features/settings/SettingsFrame.tsx';
import { t } from '../../lib/i18n/translate.ts';

/** Everything about ourselves, and about how the client is for us. */
export default function SettingsScene({ pageId }: { readonly pageId: string | undefined }) {
  return (
    <SettingsFrame
      title={t('settings.title')}
      pageId={pageId}
      buildPath={buildSettingsPath}
      pages={[
        { id: 'account', label: t('settings.account'), icon: UserRound, content: <AccountPage /> },
        { id: 'sessions', label: t('settings.sessions'), icon: MonitorSmartphone, content: <SessionsPage /> },
        { id: 'privacy', label: t('settings.privacy'), icon: Shield, content: <PrivacyPage /> },
        { id: 'notifications', label: t('notifications.title'), icon: Bell, content: <NotificationsPage /> },
        { id: 'appearance', label: t('settings.appearance'), icon: Palette, content: <AppearancePage /> },
        { id: 'keys', label: t('keys.open'), icon: Keyboard, content: <KeysPage /> },
        { id: 'language', label: t('account.language'), icon: Languages, content: <LanguagePage /> },
      ]}
    />
  );
}
