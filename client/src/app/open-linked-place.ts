import { describeError } from '../lib/homeserver/describe-error.ts';
import type { LinkedPlace } from '../lib/html/links.ts';
import { t } from '../lib/i18n/translate.ts';
import type { Gateway } from '../matrix/gateway.ts';
import { readNow } from '../matrix/store.ts';
import { showToast } from '../ui/toast-store.ts';
import { openDialog } from './dialog-store.ts';
import { buildChannelPath, buildGuildPath, buildMessagePath } from './paths.ts';

type Navigate = (path: string) => void;

/** Goes where a matrix.to link leads; asks first when that means to come in somewhere. */
export function openLinkedPlace(gateway: Gateway, navigate: Navigate, place: LinkedPlace): void {
  goTo(gateway, navigate, place).catch((error: unknown) => showToast(describeError(error), 'danger'));
}

async function goTo(
  gateway: Gateway,
  navigate: Navigate,
  { room, eventId, via }: LinkedPlace,
): Promise<void> {
  const roomId = room.startsWith('#') ? await gateway.communities.resolveAlias(room) : room;
  const path = findPath(gateway, roomId, eventId);
  if (path !== undefined) {
    navigate(path);
    return;
  }
  openDialog({
    kind: 'confirm',
    title: t('timeline.comeIn'),
    text: t('timeline.comeInText', { name: room }),
    confirmLabel: t('channel.join'),
    perform: async () => {
      await gateway.communities.joinChannel(roomId, via);
      navigate(findPath(gateway, roomId, eventId) ?? buildChannelPath(undefined, roomId));
    },
  });
}

/** The address of a place that we are in. */
function findPath(gateway: Gateway, roomId: string, eventId: string | undefined): string | undefined {
  const place = readNow(gateway.places).find((candidate) => {
    return candidate.kind === 'person' ? candidate.channelId === roomId : candidate.id === roomId;
  });
  if (!place) return undefined;
  if (place.kind === 'guild') return buildGuildPath(place.id);
  const guildId = place.kind === 'channel' ? place.guildId : undefined;
  return eventId === undefined
    ? buildChannelPath(guildId, roomId)
    : buildMessagePath(guildId, roomId, eventId);
}
