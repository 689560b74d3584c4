import { Plus } from 'lucide-react';
import { Link } from 'wouter';
import { openDialog } from '../../app/dialog-store.ts';
import { buildGuildPath, buildHomePath } from '../../app/paths.ts';
import { describeUnread } from '../../lib/i18n/describe-unread.ts';
import { t } from '../../lib/i18n/translate.ts';
import { joinClasses } from '../../lib/join-classes.ts';
import { usePreferences } from '../../lib/preferences.ts';
import type { GuildSummary, Unread } from '../../matrix/types.ts';
import { Mark } from '../../ui/Mark.tsx';
import { MentionPill } from '../../ui/MentionPill.tsx';
import { Tooltip } from '../../ui/Tooltip.tsx';
import { MediaAvatar } from '../media/MediaAvatar.tsx';
import { useGateway, useStore } from '../session/gateway-context.ts';
import styles from './GuildRail.module.css';

/** The bar of guilds at the edge: home, every guild with what is new in it, and a way to begin another. */
export function GuildRail({ selected }: { readonly selected: string | 'home' }) {
  const gateway = useGateway();
  const guilds = useStore(gateway.guilds);
  const { total } = useStore(gateway.home);
  return (
    <nav className={styles.rail} aria-label={t('hall.guilds')}>
      <RailItem isSelected={selected === 'home'} unread={total}>
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
      </RailItem>
      <hr className={styles.line} />
      <ul className={styles.list}>
        {guilds.map((guild) => (
          <li key={guild.guildId}>
            <GuildTile guild={guild} isSelected={guild.guildId === selected} />
          </li>
        ))}
      </ul>
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

function GuildTile({ guild, isSelected }: { readonly guild: GuildSummary; readonly isSelected: boolean }) {
  const lastChannel = usePreferences((state) => state.lastChannels[guild.guildId]);
  return (
    <RailItem isSelected={isSelected} unread={guild}>
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
    </RailItem>
  );
}

interface RailItemProps {
  readonly isSelected: boolean;
  readonly unread: Unread;
  readonly children: React.ReactNode;
}

function RailItem({ isSelected, unread, children }: RailItemProps) {
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
