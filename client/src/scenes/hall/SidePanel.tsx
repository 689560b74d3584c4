import { Suspense, useEffect } from 'react';
import { closePanel, usePanel } from '../../app/panel-store.ts';
import { MemberPanel } from '../../features/people/MemberPanel.tsx';
import { useGateway, useStore } from '../../features/session/gateway-context.ts';
import { t } from '../../lib/i18n/translate.ts';
import { useLazy } from '../../lib/use-lazy.ts';
import type { ChannelDetails, GuildDetails } from '../../matrix/types.ts';
import { ErrorBoundary } from '../../ui/ErrorBoundary.tsx';
import { showToast } from '../../ui/toast-store.ts';

const loadPins = () => import('../../features/pins/PinsPanel.tsx');
const loadSearch = () => import('../../features/search/SearchPanel.tsx');
const loadThread = () => import('../../features/thread/ThreadPanel.tsx');

interface SidePanelProps {
  readonly channelId: string;
  readonly guild?: GuildDetails;
}

/** What stands beside a channel: a search, a thread or its pins if somebody asked for them, else its members. */
export function SidePanel({ channelId, guild }: SidePanelProps) {
  const panel = usePanel((state) => state.panel);
  const channel = useStore(useGateway().channel(channelId));
  const isElsewhere = (panel?.kind === 'thread' || panel?.kind === 'pins') && panel.channelId !== channelId;
  useEffect(() => {
    if (isElsewhere) closePanel();
  }, [isElsewhere]);
  if (panel === undefined || isElsewhere || !channel)
    return <MemberPanel key={channelId} roomId={channelId} />;
  if (panel.kind === 'thread') {
    return (
      <ErrorBoundary fallback={<PanelBroken />}>
        <LoadedThread key={panel.rootId} channel={channel} rootId={panel.rootId} />
      </ErrorBoundary>
    );
  }
  if (panel.kind === 'pins') {
    return (
      <ErrorBoundary fallback={<PanelBroken />}>
        <LoadedPins key={channelId} channel={channel} />
      </ErrorBoundary>
    );
  }
  // A search goes on from channel to channel of a guild.
  return (
    <ErrorBoundary fallback={<PanelBroken />}>
      <LoadedSearch key={guild?.guildId ?? channelId} channel={channel} guild={guild} />
    </ErrorBoundary>
  );
}

interface LoadedSearchProps {
  readonly channel: ChannelDetails;
  readonly guild: GuildDetails | undefined;
}

function LoadedSearch(props: LoadedSearchProps) {
  const SearchPanel = useLazy(loadSearch);
  return (
    <Suspense>
      <SearchPanel {...props} />
    </Suspense>
  );
}

function LoadedPins(props: { readonly channel: ChannelDetails }) {
  const PinsPanel = useLazy(loadPins);
  return (
    <Suspense>
      <PinsPanel {...props} />
    </Suspense>
  );
}

function LoadedThread(props: { readonly channel: ChannelDetails; readonly rootId: string }) {
  const ThreadPanel = useLazy(loadThread);
  return (
    <Suspense>
      <ThreadPanel {...props} />
    </Suspense>
  );
}

/** A panel is loaded when it is first opened, which needs the server. */
function PanelBroken() {
  useEffect(() => {
    showToast(t('hall.dialogBroken'), 'danger');
    closePanel();
  }, []);
  return null;
}
