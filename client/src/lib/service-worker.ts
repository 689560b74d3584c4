import { create } from 'zustand';

/** Whether a newer client waits for the page to be loaded again. */
export const useUpdate = create<{ readonly isReady: boolean }>(() => ({ isReady: false }));

/** How often an open page looks for a newer client, in milliseconds. */
const lookEvery = 30 * 60_000;

let hasStarted = false;

/**
 * Lets the client start without the server, and find out when there is a newer one. Browsers have this on secure
 * connections only.
 */
export function startServiceWorker(): void {
  if (hasStarted || !('serviceWorker' in navigator) || import.meta.env.DEV) return;
  hasStarted = true;
  const wasControlled = navigator.serviceWorker.controller !== null;
  navigator.serviceWorker
    .register('/service-worker.js')
    .then((registration: ServiceWorkerRegistration | undefined) => {
      if (!registration) return;
      const handleNewer = (): void => {
        const newer = registration.installing;
        newer?.addEventListener('statechange', () => {
          // The first one of all is nothing to tell anybody.
          if (newer.state === 'activated' && wasControlled) useUpdate.setState({ isReady: true });
        });
      };
      registration.addEventListener('updatefound', handleNewer);
      setInterval(() => void registration.update().catch(() => undefined), lookEvery);
    })
    // The client works without it.
    .catch(() => undefined);
}

/** The browser's subscription to its push service, if there is one. */
export async function findSubscription(): Promise<PushSubscription | undefined> {
  if (!('serviceWorker' in navigator)) return undefined;
  const registration = await navigator.serviceWorker.getRegistration();
  return (await registration?.pushManager?.getSubscription()) ?? undefined;
}

/** Subscribes at the browser's push service; rejects when the browser or its service refuses. */
export async function subscribe(key: string): Promise<PushSubscription> {
  const registration = await navigator.serviceWorker.ready;
  return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}
