import { Hash, Menu, MessagesSquare, Users } from 'lucide-react';
import type { ReactNode } from 'react';
import { openSearch, showMembers, showPins } from '../../app/actions/hall-actions.ts';
import { openDialog } from '../../app/dialog-store.ts';
import { openDrawer, useDrawer } from '../../app/drawer-store.ts';
import { isMembersDrawer, useLayout } from '../../app/layout.ts';
import { usePanel } from '../../app/panel-store.ts';
import { useHallContext } from '../../app/use-hall-keys.ts';
import { t } from '../../lib/i18n/translate.ts';
import { usePreferences } from '../../lib/preferences.ts';
import type { ChannelDetails } from '../../matrix/types.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { InboxButton } from '../inbox/InboxButton.tsx';
import { MediaAvatar } from '../media/MediaAvatar.tsx';
import { SwitcherButton } from '../switcher/SwitcherButton.tsx';
import styles from './ChannelHeader.module.css';

interface PlaceHeaderProps {
  readonly children?: ReactNode;
  /** Buttons at the end of the bar. */
  readonly tools?: ReactNode;
}

/** The bar above a place; on narrow screens it holds the way back to guilds and channels. */
export function PlaceHeader({ children, tools }: PlaceHeaderProps) {
  const isNarrow = useLayout() === 'narrow';
  return (
    <header className={styles.header}>
      {isNarrow && (
        <IconButton
          icon={Menu}
          label={t('hall.drawer')}
          tooltipSide="bottom"
          onClick={() => openDrawer('navigation')}
        />
      )}
      {children}
      <span className={styles.tools}>
        <SwitcherButton />
        <InboxButton />
        {tools}
      </span>
    </header>
  );
}

/** Name and topic of a channel, and whether its members are shown. */
export function ChannelHeader({ channel }: { readonly channel: ChannelDetails }) {
  const { name, topic, partner, kind } = channel;
  const Sign = channel.forumTags ? MessagesSquare : Hash;
  return (
    <PlaceHeader
      tools={
        <>
          <PinsButton />
          <SearchButton />
          {(kind === 'channel' || partner === undefined) && <MembersToggle />}
        </>
      }
    >
      {partner ? (
        <MediaAvatar id={partner.userId} name={partner.name} mxc={partner.avatarMxc} size={24} />
      ) : (
        <Sign className={styles.sign} size={20} strokeWidth={1.75} aria-hidden />
      )}
      <h1 className={styles.name}>{name}</h1>
      {topic === undefined ? (
        <span className={styles.topic} />
      ) : (
        <button
          type="button"
          className={styles.topic}
          title={topic}
          aria-label={t('channel.topicIs', { topic })}
          onClick={() => openDialog({ kind: 'topic', name, topic })}
        >
          {topic}
        </button>
      )}
    </PlaceHeader>
  );
}

function SearchButton() {
  const context = useHallContext();
  return (
    <IconButton
      icon={openSearch.icon}
      label={t(openSearch.label)}
      tooltipSide="bottom"
      onClick={() => openSearch.perform(context)}
    />
  );
}

/** On narrow screens the quick switcher leads there. */
function PinsButton() {
  const context = useHallContext();
  if (useLayout() === 'narrow') return null;
  return (
    <IconButton
      icon={showPins.icon}
      label={t(showPins.label)}
      tooltipSide="bottom"
      onClick={() => showPins.perform(context)}
    />
  );
}

function MembersToggle() {
  const context = useHallContext();
  const isDrawer = isMembersDrawer(useLayout());
  const drawer = useDrawer((state) => state.drawer);
  const showsMembers = usePreferences((state) => state.showsMembers);
  const hasPanel = usePanel((state) => state.panel !== undefined);
  const isShown = !hasPanel && (isDrawer ? drawer === 'members' : showsMembers);
  return (
    <IconButton
      icon={Users}
      label={isShown ? t('members.hide') : t('members.show')}
      tooltipSide="bottom"
      aria-pressed={isShown}
      onClick={() => showMembers.perform(context)}
    />
  );
}
