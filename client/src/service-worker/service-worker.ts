/// <reference lib="webworker" />
import { describePush } from './describe-push.ts';

declare const self: ServiceWorkerGlobalScope;

/** The files of the build that the hall needs to start; put in when the client is built. */
declare const SHELL_FILES: readonly string[];
/** Another one for every build; put in as well. */
declare const BUILD_VERSION: string;

const cacheName = `guildhall-${BUILD_VERSION}`;
const page = '/';

self.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(cacheName);
      await cache.addAll([page, ...SHELL_FILES]);
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      // Open pages of the build before may still load parts of it: the newest of the older caches stays.
      const older = (await caches.keys()).filter(
        (name) => name.startsWith('guildhall-') && name !== cacheName,
      );
      await Promise.all(older.slice(0, -1).map((name) => caches.delete(name)));
      await self.clients.claim();
    })(),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    if (isClientPage(url.pathname)) event.respondWith(openPage(request));
  } else if (url.pathname.startsWith('/assets/') || SHELL_FILES.includes(url.pathname)) {
    event.respondWith(loadAsset(request));
  }
});

/** Paths of the server's own pages are never ours to answer. */
function isClientPage(path: string): boolean {
  return !/^\/(_|health$|metrics$|\.well-known\/|oauth2?\/)/.test(path);
}

/** The page as the server has it, so that a newer client comes at once; the kept one when the server is away. */
async function openPage(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(page)) ?? Response.error();
  }
}

/** Assets carry a hash of their content in their names: what is kept is right. */
async function loadAsset(request: Request): Promise<Response> {
  const kept = await caches.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok && new URL(request.url).pathname.startsWith('/assets/')) {
    const cache = await caches.open(cacheName);
    await cache.put(request, response.clone());
  }
  return response;
}

self.addEventListener('push', (event) => {
  const notice = describePush(event.data?.text());
  if (!notice) return;
  event.waitUntil(
    (async () => {
      const windows = await self.clients.matchAll({ type: 'window' });
      // Whoever looks at the hall sees it there.
      if (windows.some((client) => client.focused)) return;
      await self.registration.showNotification(notice.title, {
        body: notice.body,
        tag: notice.roomId,
        icon: '/icons/icon-192.png',
        data: { roomId: notice.roomId },
      });
    })(),
  );
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const roomId: unknown = event.notification.data?.roomId;
  const path = typeof roomId === 'string' ? `/home/${encodeURIComponent(roomId)}` : page;
  event.waitUntil(
    (async () => {
      const [window] = await self.clients.matchAll({ type: 'window' });
      if (!window) await self.clients.openWindow(path);
      else await (await window.focus()).navigate(path);
    })(),
  );
});
