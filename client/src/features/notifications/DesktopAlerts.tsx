import { useEffect } from 'react';
import { useLocation } from 'wouter';
import { buildHomePath, parsePath } from '../../app/paths.ts';
import { useDesktopAlerts } from '../../lib/desktop-alerts.ts';
import { useGateway } from '../session/gateway-context.ts';

/** Tells the system of what is said while nobody looks. Draws nothing. */
export function DesktopAlerts() {
  const gateway = useGateway();
  const [path, navigate] = useLocation();
  const isWanted = useDesktopAlerts((state) => state.isWanted);
  useEffect(() => {
    if (!isWanted) return;
    return gateway.watchAlerts(({ channelId, authorName, channelName, excerpt }) => {
      if (document.hasFocus() && parsePath(path).channelId === channelId) return;
      const title = channelName === undefined ? authorName : `${authorName} · ${channelName}`;
      const shown = new Notification(title, { body: excerpt, tag: channelId, icon: '/icons/icon-192.png' });
      shown.addEventListener('click', () => {
        window.focus();
        // The address of a channel at home leads to channels of guilds as well.
        navigate(buildHomePath(channelId));
        shown.close();
      });
    });
  }, [gateway, isWanted, path, navigate]);
  return null;
}
