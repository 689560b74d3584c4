import { Folder, Plus } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { listMenuEntries } from '../../app/actions/action.ts';
import { railActions } from '../../app/actions/rail-actions.ts';
import { openDialog } from '../../app/dialog-store.ts';
import { buildGuildPath, buildHomePath } from '../../app/paths.ts';
import { describeUnread } from '../../lib/i18n/describe-unread.ts';
import { t } from '../../lib/i18n/translate.ts';
import { joinClasses } from '../../lib/join-classes.ts';
import { toggleCategory, usePreferences } from '../../lib/preferences.ts';
import { arrangeRail, idOf, type RailItem } from '../../matrix/rail.ts';
import type { GuildSummary, Unread } from '../../matrix/types.ts';
import { rollUpUnread } from '../../matrix/unread.ts';
import { Mark } from '../../ui/Mark.tsx';
import { MentionPill } from '../../ui/MentionPill.tsx';
import { ContextMenu } from '../../ui/Menu.tsx';
import { Tooltip } from '../../ui/Tooltip.tsx';
import { MediaAvatar } from '../media/MediaAvatar.tsx';
import { useGateway, useStore } from '../session/gateway-context.ts';
import styles from './GuildRail.module.css';
import { type DragHandlers, useRailDrag } from './use-rail-drag.ts';

/** The bar of guilds at the edge: home, every guild with what is new in it, and a way to begin another. */
export function GuildRail({ selected }: { readonly selected: string | 'home' }) {
  const gateway = useGateway();
  const guilds = useStore(gateway.guilds);
  const { total } = useStore(gateway.home);
  const byId = new Map(guilds.map((guild) => [guild.guildId, guild]));
  const items = arrangeRail(useStore(gateway.rail), [...byId.keys()]);
  const [pressedId, setPressedId] = useState<string>();
  const dragOf = useRailDrag(gateway, items);
  const tile = (guildId: string) => {
    const guild = byId.get(guildId);
    return (
      guild && (
        <li key={guildId} data-rail={guildId} {...dragOf(guildId)}>
          <GuildTile guild={guild} isSelected={guildId === selected} />
        </li>
      )
    );
  };
  return (
    <nav className={styles.rail} aria-label={t('hall.guilds')}>
      <TileFrame isSelected={selected === 'home'} unread={total}>
        <Tooltip text={t('hall.home')} side="right">
          <Link
            className={joinClasses(styles.tile, styles.home)}
            href={buildHomePath()}
            aria-label={describeUnread(t('hall.home'), total, 'unread.markMessages')}
            aria-current={selected === 'home' ? 'page' : undefined}
          >
            <Mark size={26} />
          </Link>
        </Tooltip>
      </TileFrame>
      <hr className={styles.line} />
      <ContextMenu
        entries={
          pressedId === undefined ? [] : listMenuEntries(railActions, { gateway, items, id: pressedId })
        }
        handleOpen={(target) => {
          const id = target.closest<HTMLElement>('[data-rail]')?.dataset.rail;
          setPressedId(id);
          return id !== undefined;
        }}
      >
        <ul className={styles.list}>
          {items.map((item) =>
            item.kind === 'guild' ? (
              tile(item.guildId)
            ) : (
              <FolderTile
                key={idOf(item)}
                folder={item}
                guilds={item.guildIds.flatMap((guildId) => byId.get(guildId) ?? [])}
                isSelected={item.guildIds.includes(selected)}
                drag={dragOf(item.folderId)}
              >
                {item.guildIds.map(tile)}
              </FolderTile>
            ),
          )}
        </ul>
      </ContextMenu>
      <Tooltip text={t('guild.create')} side="right">
        <button
          type="button"
          className={joinClasses(styles.tile, styles.add)}
          aria-label={t('guild.create')}
          onClick={() => openDialog({ kind: 'create-guild' })}
        >
          <Plus size={22} strokeWidth={1.75} aria-hidden />
        </button>
      </Tooltip>
    </nav>
  );
}

interface FolderTileProps {
  readonly folder: RailItem & { readonly kind: 'folder' };
  readonly guilds: readonly GuildSummary[];
  readonly isSelected: boolean;
  readonly drag: DragHandlers;
  /** The guilds in it, shown while it is open. */
  readonly children: React.ReactNode;
}

function FolderTile({ folder, guilds, isSelected, drag, children }: FolderTileProps) {
  const { folderId, name } = folder;
  const isClosed = usePreferences((state) => state.collapsedCategories.includes(folderId));
  const unread = isClosed ? rollUpUnread(guilds) : { unread: false, mentions: 0 };
  return (
    <li data-rail={folderId} className={styles.folder} data-open={!isClosed || undefined} {...drag}>
      <TileFrame isSelected={isClosed && isSelected} unread={unread}>
        <Tooltip text={name} side="right">
          <button
            type="button"
            className={joinClasses(styles.tile, styles.home)}
            aria-label={describeUnread(name, unread, 'unread.markMessages')}
            aria-expanded={!isClosed}
            onClick={() => toggleCategory(folderId)}
          >
            {isClosed ? (
              <span className={styles.miniatures}>
                {guilds.slice(0, 4).map((guild) => (
                  <MediaAvatar
                    key={guild.guildId}
                    id={guild.guildId}
                    name={guild.name}
                    mxc={guild.avatarMxc}
                    size={18}
                    shape="squircle"
                  />
                ))}
              </span>
            ) : (
              <Folder size={22} strokeWidth={1.75} aria-hidden />
            )}
          </button>
        </Tooltip>
      </TileFrame>
      {!isClosed && (
        <>
          <ul className={styles.inside}>{children}</ul>
          <span className={styles.ground} aria-hidden />
        </>
      )}
    </li>
  );
}

function GuildTile({ guild, isSelected }: { readonly guild: GuildSummary; readonly isSelected: boolean }) {
  const lastChannel = usePreferences((state) => state.lastChannels[guild.guildId]);
  return (
    <TileFrame isSelected={isSelected} unread={guild}>
      <Tooltip text={guild.name} side="right">
        <Link
          className={styles.tile}
          href={buildGuildPath(guild.guildId, lastChannel)}
          aria-label={describeUnread(guild.name, guild, 'unread.markMessages')}
          aria-current={isSelected ? 'page' : undefined}
        >
          <MediaAvatar
            id={guild.guildId}
            name={guild.name}
            mxc={guild.avatarMxc}
            size={48}
            shape="squircle"
          />
        </Link>
      </Tooltip>
    </TileFrame>
  );
}

interface TileFrameProps {
  readonly isSelected: boolean;
  readonly unread: Unread;
  readonly children: React.ReactNode;
}

function TileFrame({ isSelected, unread, children }: TileFrameProps) {
  const state = isSelected ? styles.selected : unread.unread && styles.unread;
  return (
    <div className={joinClasses(styles.item, state)}>
      <span className={styles.pill} aria-hidden />
      {children}
      {unread.mentions > 0 && (
        <span className={styles.mentions}>
          <MentionPill count={unread.mentions} />
        </span>
      )}
    </div>
  );
}
