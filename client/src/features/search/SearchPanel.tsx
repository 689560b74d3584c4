import { useState } from 'react';
import { closeDrawer } from '../../app/drawer-store.ts';
import { requestJump } from '../../app/jump-store.ts';
import { leavePanel } from '../../app/panel-store.ts';
import { buildChannelPath } from '../../app/paths.ts';
import { useHallContext } from '../../app/use-hall-keys.ts';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import { t } from '../../lib/i18n/translate.ts';
import { listChannels } from '../../matrix/channel-tree.ts';
import type {
  ChannelDetails,
  ChannelSummary,
  FoundLine,
  GuildDetails,
  MemberList,
} from '../../matrix/types.ts';
import { Button } from '../../ui/Button.tsx';
import { PanelBody, PanelFrame } from '../../ui/PanelFrame.tsx';
import { EmptyState, ErrorState } from '../../ui/StateView.tsx';
import { useGateway, useStore } from '../session/gateway-context.ts';
import { TimelineSkeleton } from '../timeline/TimelineSkeleton.tsx';
import { buildQuery, type SearchFilter, writeDay } from './query.ts';
import { SearchField } from './SearchField.tsx';
import styles from './SearchPanel.module.css';
import { SearchResult } from './SearchResult.tsx';
import { type SearchState, useSearch } from './use-search.ts';

interface SearchPanelProps {
  readonly channel: ChannelDetails;
  /** The guild whose channels are searched; without one it is the channel alone. */
  readonly guild: GuildDetails | undefined;
}

/** Looks for messages in a guild or in one conversation, and leads to them. */
export default function SearchPanel({ channel, guild }: SearchPanelProps) {
  const gateway = useGateway();
  const { navigate } = useHallContext();
  const members = useStore(gateway.members(guild?.guildId ?? channel.channelId));
  const channels = guild ? listChannels(guild.tree).filter(({ joined }) => joined) : [];
  const [text, setText] = useState('');
  const [filters, setFilters] = useState<readonly SearchFilter[]>([]);
  const { state, search, goOn, clear } = useSearch(gateway.search);

  const handleSubmit = (words: string, chosen: readonly SearchFilter[]): void => {
    const searched = guild ? channels.map(({ channelId }) => channelId) : [channel.channelId];
    const query = buildQuery(words, chosen, searched);
    if (query.words === '') clear();
    else search(query);
  };
  const handleOpen = ({ channelId, eventId }: FoundLine): void => {
    requestJump(channelId, eventId);
    closeDrawer();
    navigate(buildChannelPath(guild?.guildId, channelId));
  };
  return (
    <PanelFrame
      title={t('search.title')}
      about={guild?.name ?? channel.name}
      closing={{ label: t('search.close'), handleClose: leavePanel }}
    >
      <SearchField
        text={text}
        filters={filters}
        choices={listChoices(members, channels)}
        handleChange={(changed, chosen) => {
          setText(changed);
          setFilters(chosen);
        }}
        handleSubmit={handleSubmit}
        handleEscape={leavePanel}
      />
      <PanelBody className={styles.results} isBusy={state.phase === 'searching'}>
        <p className={styles.count} role="status">
          {state.phase === 'ready' && state.messages.length > 0 && describeCount(state)}
        </p>
        <ul>
          {state.messages.map((message) => (
            <li key={message.eventId}>
              <SearchResult
                message={message}
                channelName={channels.find(({ channelId }) => channelId === message.channelId)?.name}
                highlights={state.highlights}
                handleOpen={handleOpen}
              />
            </li>
          ))}
        </ul>
        <Ending state={state} hasFilters={filters.length > 0} handleGoOn={goOn} />
      </PanelBody>
    </PanelFrame>
  );
}

function describeCount({ messages, next }: SearchState): string {
  const count = messages.length;
  return next === undefined ? t('search.found', { count }) : t('search.foundSoFar', { count });
}

interface EndingProps {
  readonly state: SearchState;
  readonly hasFilters: boolean;
  readonly handleGoOn: () => void;
}

/** What stands below the results, or in their place. */
function Ending({ state, hasFilters, handleGoOn }: EndingProps) {
  const { phase, messages, next, error } = state;
  if (phase === 'searching') return <TimelineSkeleton size="small" />;
  if (phase === 'failed') {
    return (
      <ErrorState size="panel" title={t('search.failed')} handleRetry={handleGoOn}>
        {describeError(error)}
      </ErrorState>
    );
  }
  if (phase === 'idle') {
    return (
      <EmptyState size="panel" title={t('search.begin')}>
        {hasFilters ? t('search.needsWords') : t('search.beginText')}
      </EmptyState>
    );
  }
  if (next !== undefined) {
    return (
      <p className={styles.more}>
        <Button onClick={handleGoOn}>{t('search.more')}</Button>
      </p>
    );
  }
  if (messages.length > 0) return null;
  return (
    <EmptyState size="panel" title={t('search.none')}>
      {t('search.noneText')}
    </EmptyState>
  );
}

const dayLength = 86_400_000;

/** Everything that filters can name here: people, channels, things, and a few days. */
function listChoices(
  { present, absent }: MemberList,
  channels: readonly ChannelSummary[],
): readonly SearchFilter[] {
  const days = [0, 1, 7, 30, 365].map((count) => writeDay(Date.now() - count * dayLength));
  return [
    ...[...present, ...absent].map(
      ({ userId, name }): SearchFilter => ({ kind: 'from', value: userId, name }),
    ),
    ...channels.map(({ channelId, name }): SearchFilter => ({ kind: 'in', value: channelId, name })),
    { kind: 'has', value: 'link', name: t('search.link') },
    { kind: 'has', value: 'image', name: t('search.image') },
    { kind: 'has', value: 'file', name: t('search.file') },
    ...days.map((day): SearchFilter => ({ kind: 'before', value: day, name: day })),
    ...days.map((day): SearchFilter => ({ kind: 'after', value: day, name: day })),
  ];
}
