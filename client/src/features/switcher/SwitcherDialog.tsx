import { Dialog } from '@base-ui/react/dialog';
import { Hash, MessagesSquare, Search } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { listActionsHere } from '../../app/actions/registry.ts';
import { closeDrawer } from '../../app/drawer-store.ts';
import { buildChannelPath, buildGuildPath } from '../../app/paths.ts';
import { useHallContext } from '../../app/use-hall-keys.ts';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import { t } from '../../lib/i18n/translate.ts';
import { joinClasses } from '../../lib/join-classes.ts';
import { usePreferences } from '../../lib/preferences.ts';
import type { Place, Unread } from '../../matrix/types.ts';
import { MentionPill } from '../../ui/MentionPill.tsx';
import { PresenceSign } from '../../ui/PresenceSign.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { VisuallyHidden } from '../../ui/VisuallyHidden.tsx';
import { MediaAvatar } from '../media/MediaAvatar.tsx';
import { useGateway, useStore } from '../session/gateway-context.ts';
import { matchEntries, type SwitcherEntry } from './match-entries.ts';
import styles from './SwitcherDialog.module.css';

/** Goes anywhere and does anything by a few letters. */
export function SwitcherDialog({ handleClose }: { readonly handleClose: () => void }) {
  const gateway = useGateway();
  const context = useHallContext();
  const places = useStore(gateway.places);
  const recent = usePreferences((state) => state.recentChannels);
  const [typed, setTyped] = useState('');
  const [selected, setSelected] = useState(0);
  // What can be done is asked once: the dialog itself changes nothing about it.
  const [actions] = useState(() => listActionsHere(context));
  const entries = matchEntries({ places, actions, recent }, typed);

  const goTo = async (place: Place): Promise<void> => {
    if (place.kind === 'guild') context.navigate(buildGuildPath(place.id));
    else if (place.kind === 'channel') context.navigate(buildChannelPath(place.guildId, place.id));
    else if (place.channelId !== undefined) context.navigate(buildChannelPath(undefined, place.channelId));
    else context.navigate(buildChannelPath(undefined, await gateway.social.openConversation([place.id])));
  };
  const handlePick = (entry: SwitcherEntry | undefined): void => {
    if (!entry) return;
    handleClose();
    closeDrawer();
    if (entry.type === 'action') entry.action.perform();
    else goTo(entry.place).catch((error: unknown) => showToast(describeError(error), 'danger'));
  };
  const handleKey = (event: KeyboardEvent): void => {
    const { length } = entries;
    if (event.nativeEvent.isComposing || length === 0) return;
    if (event.key === 'ArrowDown') setSelected((selected + 1) % length);
    else if (event.key === 'ArrowUp') setSelected((selected + length - 1) % length);
    else if (event.key === 'Enter') handlePick(entries[selected]);
    else return;
    event.preventDefault();
  };

  return (
    <Dialog.Root open onOpenChange={(isOpen) => isOpen || handleClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.scrim} />
        <Dialog.Popup className={styles.card} aria-label={t('switcher.open')}>
          <label className={styles.search}>
            <Search size={20} strokeWidth={1.75} aria-hidden />
            <input
              className={styles.input}
              role="combobox"
              aria-label={t('switcher.search')}
              aria-expanded={entries.length > 0}
              aria-controls="switcher-list"
              aria-activedescendant={entries.length > 0 ? `switcher-${selected}` : undefined}
              aria-autocomplete="list"
              placeholder={t('switcher.placeholder')}
              value={typed}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => {
                setTyped(event.target.value);
                setSelected(0);
              }}
              onKeyDown={handleKey}
            />
          </label>
          <EntryList
            entries={entries}
            selected={selected}
            handlePick={handlePick}
            handlePoint={setSelected}
          />
          {entries.length === 0 && (
            <p className={styles.none} role="status">
              {typed.trim() === '' ? t('switcher.nothingNew') : t('switcher.none')}
            </p>
          )}
          <p className={styles.hint}>{t('switcher.hint')}</p>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

interface EntryListProps {
  readonly entries: readonly SwitcherEntry[];
  readonly selected: number;
  readonly handlePick: (entry: SwitcherEntry) => void;
  readonly handlePoint: (index: number) => void;
}

function EntryList({ entries, selected, handlePick, handlePoint }: EntryListProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector(`#switcher-${selected}`)?.scrollIntoView({ block: 'nearest' });
  }, [selected]);
  return (
    <div
      ref={list}
      id="switcher-list"
      className={styles.list}
      role="listbox"
      aria-label={t('switcher.results')}
    >
      {entries.map((entry, index) => (
        <div
          key={entry.key}
          id={`switcher-${index}`}
          className={joinClasses(styles.entry, index === selected && styles.selected)}
          role="option"
          tabIndex={-1}
          aria-selected={index === selected}
          onPointerMove={() => index === selected || handlePoint(index)}
          // The text keeps the focus: a press, not a click, picks.
          onPointerDown={(event) => {
            event.preventDefault();
            handlePick(entry);
          }}
        >
          <EntryView entry={entry} />
        </div>
      ))}
    </div>
  );
}

/** Where a channel is, or who a person is. */
function describePlace(place: Place): string | undefined {
  if (place.kind === 'person') return place.userId;
  if (place.kind === 'guild') return undefined;
  return [place.guildName, place.category].filter(Boolean).join(' · ');
}

function EntryView({ entry }: { readonly entry: SwitcherEntry }) {
  if (entry.type === 'action') {
    const { icon: Icon, label, shortcut } = entry.action;
    return (
      <>
        <span className={styles.sign}>
          <Icon size={18} strokeWidth={1.75} aria-hidden />
        </span>
        <span className={styles.name}>{label}</span>
        {shortcut !== undefined && <kbd className={styles.key}>{shortcut}</kbd>}
      </>
    );
  }
  const { place } = entry;
  return (
    <>
      <span className={styles.sign}>
        <PlaceSign place={place} />
      </span>
      <span className={joinClasses(styles.name, place.unread && styles.unread)}>{place.name}</span>
      <span className={styles.where}>{describePlace(place)}</span>
      <VisuallyHidden>{describeNews(place)}</VisuallyHidden>
      {place.mentions > 0 && <MentionPill count={place.mentions} />}
    </>
  );
}

function describeNews({ unread, mentions }: Unread): string | undefined {
  if (mentions > 0) return t('switcher.mentions', { count: mentions });
  return unread ? t('switcher.unread') : undefined;
}

function PlaceSign({ place }: { readonly place: Place }) {
  if (place.kind === 'channel') return <Hash size={18} strokeWidth={1.75} aria-hidden />;
  const { id, name, avatarMxc } = place;
  if (place.kind === 'guild')
    return <MediaAvatar id={id} name={name} mxc={avatarMxc} size={24} shape="squircle" />;
  if (place.userId === undefined) return <MessagesSquare size={18} strokeWidth={1.75} aria-hidden />;
  const badge = <PresenceSign presence={place.presence} />;
  return <MediaAvatar id={place.userId} name={name} mxc={avatarMxc} size={24} badge={badge} />;
}
