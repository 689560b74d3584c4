import { LogOut, Moon, Sun, UserPen } from 'lucide-react';
import { logOut } from '../../lib/homeserver/auth.ts';
import { clearSession, loadSession } from '../../lib/homeserver/session.ts';
import { chooseTheme, useTheme } from '../../lib/theme.ts';
import { openDialog } from '../dialog-store.ts';
import type { Action } from './action.ts';

const editProfile: Action<undefined> = {
  id: 'account.profile',
  label: 'Your profile',
  icon: UserPen,
  isAvailable: () => true,
  perform: () => openDialog({ kind: 'profile' }),
};

/** Whichever theme is not on the screen; both are offered, one is available. */
export const lightTheme: Action<undefined> = {
  id: 'account.theme-light',
  label: 'Light theme',
  icon: Sun,
  isAvailable: () => useTheme.getState().theme === 'dark',
  perform: () => chooseTheme('light'),
};

export const darkTheme: Action<undefined> = {
  id: 'account.theme-dark',
  label: 'Dark theme',
  icon: Moon,
  isAvailable: () => useTheme.getState().theme === 'light',
  perform: () => chooseTheme('dark'),
};

const endSession: Action<undefined> = {
  id: 'account.log-out',
  label: 'Log out',
  icon: LogOut,
  isDangerous: true,
  isAvailable: () => true,
  perform: () =>
    openDialog({
      kind: 'confirm',
      title: 'Log out?',
      text: 'You will need your password to come back in on this device.',
      confirmLabel: 'Log out',
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
export const accountActions: readonly Action<undefined>[] = [editProfile, lightTheme, darkTheme, endSession];
