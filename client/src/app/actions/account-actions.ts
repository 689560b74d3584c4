import { Eye, EyeOff, Languages, LogOut, Moon, Sun, UserPen, UsersRound } from 'lucide-react';
import { logOut } from '../../lib/homeserver/log-out.ts';
import { forgetAccount, loadSession } from '../../lib/homeserver/session.ts';
import { chooseLanguage } from '../../lib/i18n/language-store.ts';
import type { Language } from '../../lib/i18n/languages.ts';
import type { PlainMessageKey } from '../../lib/i18n/messages.ts';
import { readLanguage, t } from '../../lib/i18n/translate.ts';
import { togglePreviews, usePreferences } from '../../lib/preferences.ts';
import { chooseTheme, useTheme } from '../../lib/theme.ts';
import type { Gateway } from '../../matrix/gateway.ts';
import { showToast } from '../../ui/toast-store.ts';
import { openDialog } from '../dialog-store.ts';
import type { Action } from './action.ts';

export interface AccountContext {
  readonly gateway: Gateway;
}

const editProfile: Action<AccountContext> = {
  id: 'account.profile',
  label: 'account.profile',
  icon: UserPen,
  isAvailable: () => true,
  perform: () => openDialog({ kind: 'profile' }),
};

const chooseAccount: Action<AccountContext> = {
  id: 'account.choose',
  label: 'account.choose',
  icon: UsersRound,
  isAvailable: () => true,
  perform: () => openDialog({ kind: 'accounts' }),
};

/** Whichever theme is not on the screen; both are offered, one is available. */
const lightTheme: Action<AccountContext> = {
  id: 'account.theme-light',
  label: 'account.lightTheme',
  icon: Sun,
  isAvailable: () => useTheme.getState().theme === 'dark',
  perform: () => chooseTheme('light'),
};

const darkTheme: Action<AccountContext> = {
  id: 'account.theme-dark',
  label: 'account.darkTheme',
  icon: Moon,
  isAvailable: () => useTheme.getState().theme === 'light',
  perform: () => chooseTheme('dark'),
};

/** Each language by what it calls itself; those that are not spoken now are available. */
const speakLanguage = (language: Language, label: PlainMessageKey): Action<AccountContext> => ({
  id: `account.language-${language}`,
  label,
  icon: Languages,
  isAvailable: () => readLanguage() !== language,
  perform: () => void chooseLanguage(language).catch(() => showToast(t('account.languageFailed'), 'danger')),
});

/** Both ways are offered, one is available. */
const previewToggle = (isShown: boolean, label: PlainMessageKey): Action<AccountContext> => ({
  id: `account.previews-${isShown}`,
  label,
  icon: isShown ? Eye : EyeOff,
  isAvailable: () => usePreferences.getState().showsPreviews !== isShown,
  perform: togglePreviews,
});

export const endSession: Action<AccountContext> = {
  id: 'account.log-out',
  label: 'account.logOut',
  icon: LogOut,
  isDangerous: true,
  isAvailable: () => true,
  perform: ({ gateway }) =>
    openDialog({
      kind: 'confirm',
      title: t('account.logOutTitle'),
      text: t('account.logOutText'),
      confirmLabel: t('account.logOut'),
      perform: async () => {
        const session = loadSession();
        if (!session) return;
        gateway.stop();
        // The server may be out of reach; this device forgets the session all the same.
        await logOut(session).catch(() => undefined);
        forgetAccount(session.userId);
        // A new page: nothing of this person stays in memory either.
        window.location.assign('/');
      },
    }),
};

/** What people do with their account and with how the hall looks. */
export const accountActions: readonly Action<AccountContext>[] = [
  editProfile,
  chooseAccount,
  lightTheme,
  darkTheme,
  speakLanguage('en', 'account.english'),
  speakLanguage('ru', 'account.russian'),
  previewToggle(true, 'account.showPreviews'),
  previewToggle(false, 'account.hidePreviews'),
  endSession,
];
