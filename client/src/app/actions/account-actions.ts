import { Eye, EyeOff, Languages, LogOut, Moon, Sun, UserPen } from 'lucide-react';
import { logOut } from '../../lib/homeserver/auth.ts';
import { clearSession, loadSession } from '../../lib/homeserver/session.ts';
import { chooseLanguage } from '../../lib/i18n/language-store.ts';
import type { Language } from '../../lib/i18n/languages.ts';
import type { PlainMessageKey } from '../../lib/i18n/messages.ts';
import { readLanguage, t } from '../../lib/i18n/translate.ts';
import { togglePreviews, usePreferences } from '../../lib/preferences.ts';
import { chooseTheme, useTheme } from '../../lib/theme.ts';
import { showToast } from '../../ui/toast-store.ts';
import { openDialog } from '../dialog-store.ts';
import type { Action } from './action.ts';

const editProfile: Action<undefined> = {
  id: 'account.profile',
  label: 'account.profile',
  icon: UserPen,
  isAvailable: () => true,
  perform: () => openDialog({ kind: 'profile' }),
};

/** Whichever theme is not on the screen; both are offered, one is available. */
const lightTheme: Action<undefined> = {
  id: 'account.theme-light',
  label: 'account.lightTheme',
  icon: Sun,
  isAvailable: () => useTheme.getState().theme === 'dark',
  perform: () => chooseTheme('light'),
};

const darkTheme: Action<undefined> = {
  id: 'account.theme-dark',
  label: 'account.darkTheme',
  icon: Moon,
  isAvailable: () => useTheme.getState().theme === 'light',
  perform: () => chooseTheme('dark'),
};

/** Each language by what it calls itself; those that are not spoken now are available. */
const speakLanguage = (language: Language, label: PlainMessageKey): Action<undefined> => ({
  id: `account.language-${language}`,
  label,
  icon: Languages,
  isAvailable: () => readLanguage() !== language,
  perform: () => void chooseLanguage(language).catch(() => showToast(t('account.languageFailed'), 'danger')),
});

/** Both ways are offered, one is available. */
const previewToggle = (isShown: boolean, label: PlainMessageKey): Action<undefined> => ({
  id: `account.previews-${isShown}`,
  label,
  icon: isShown ? Eye : EyeOff,
  isAvailable: () => usePreferences.getState().showsPreviews !== isShown,
  perform: togglePreviews,
});

export const endSession: Action<undefined> = {
  id: 'account.log-out',
  label: 'account.logOut',
  icon: LogOut,
  isDangerous: true,
  isAvailable: () => true,
  perform: () =>
    openDialog({
      kind: 'confirm',
      title: t('account.logOutTitle'),
      text: t('account.logOutText'),
      confirmLabel: t('account.logOut'),
      perform: async () => {
        const session = loadSession();
        // The server may be out of reach; this device forgets the session all the same.
        if (session) await logOut(session).catch(() => undefined);
        clearSession();
        // A new page: nothing of this person stays in memory either.
        window.location.assign('/login');
      },
    }),
};

/** What people do with their account and with how the hall looks. */
export const accountActions: readonly Action<undefined>[] = [
  editProfile,
  lightTheme,
  darkTheme,
  speakLanguage('en', 'account.english'),
  speakLanguage('ru', 'account.russian'),
  previewToggle(true, 'account.showPreviews'),
  previewToggle(false, 'account.hidePreviews'),
  endSession,
];
