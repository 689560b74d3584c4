import { create } from 'zustand';
import { keepItem } from './keep-item.ts';

/** What the browser says of notifications; `unavailable` without a secure connection, or where it has none. */
export type AlertPermission = NotificationPermission | 'unavailable';

const storageKey = 'guildhall.desktop-alerts';

interface DesktopAlertState {
  readonly isWanted: boolean;
  readonly permission: AlertPermission;
}

function readPermission(): AlertPermission {
  return typeof window !== 'undefined' && window.isSecureContext && 'Notification' in window
    ? Notification.permission
    : 'unavailable';
}

function readWanted(): boolean {
  try {
    return localStorage.getItem(storageKey) === 'on';
  } catch {
    return false;
  }
}

export const useDesktopAlerts = create<DesktopAlertState>(() => ({
  isWanted: readWanted(),
  permission: readPermission(),
}));

/** Asks the browser when it has to; answers whether it allows it. */
export async function switchDesktopAlerts(isWanted: boolean): Promise<boolean> {
  const mustAsk = isWanted && readPermission() === 'default';
  const permission = mustAsk ? await Notification.requestPermission() : readPermission();
  const isAllowed = permission === 'granted';
  keepItem(storageKey, isWanted && isAllowed ? 'on' : 'off');
  useDesktopAlerts.setState({ isWanted: isWanted && isAllowed, permission });
  return isAllowed;
}
