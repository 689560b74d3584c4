import { ChevronDown, MessagesSquare, Plus } from 'lucide-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { listMenuEntries } from '../../app/actions/action.ts';
import { categoryActions } from '../../app/actions/category-actions.ts';
import { channelActions } from '../../app/actions/channel-actions.ts';
import {
  createChannelInGuild,
  type GuildContext,
  guildActions,
  inviteToGuild,
} from '../../app/actions/guild-actions.ts';
import { openDialog } from '../../app/dialog-store.ts';
import { buildGuildPath } from '../../app/paths.ts';
import { t } from '../../lib/i18n/translate.ts';
import { joinClasses } from '../../lib/join-classes.ts';
import { toggleCategory, usePreferences } from '../../lib/preferences.ts';
import { listChannels } from '../../matrix/channel-tree.ts';
import type { CategorySummary, ChannelSummary, GuildDetails } from '../../matrix/types.ts';
import { Button } from '../../ui/Button.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { ContextMenu, MenuButton } from '../../ui/Menu.tsx';
import { useGateway } from '../session/gateway-context.ts';
import { ChannelLink } from './ChannelLink.tsx';
import styles from './ChannelList.module.css';
import { type ChannelDrag, useChannelDrag } from './use-channel-drag.ts';

interface ChannelListProps {
  readonly guild: GuildDetails;
  readonly channelId: string | undefined;
}

/** The channels of a guild under its name, those in categories below the others. */
export function ChannelList({ guild, channelId }: ChannelListProps) {
  const gateway = useGateway();
  const [, navigate] = useLocation();
  const context: GuildContext = { gateway, guild, navigate };
  const channels = listChannels(guild.tree);
  const [pressed, setPressed] = useState<Pressed>();
  const drag = useChannelDrag(gateway, guild);
  return (
    <>
      <header className={styles.head}>
        <MenuButton entries={listMenuEntries(guildActions, context)}>
          <button type="button" className={styles.title} aria-label={t('guild.menu', { name: guild.name })}>
            <span className={styles.name}>{guild.name}</span>
            <ChevronDown size={18} strokeWidth={1.75} aria-hidden />
          </button>
        </MenuButton>
        {inviteToGuild.isAvailable(context) && (
          <IconButton
            icon={inviteToGuild.icon}
            label={inviteToGuild.label}
            tooltipSide="bottom"
            onClick={() => inviteToGuild.perform(context)}
          />
        )}
      </header>
      <ContextMenu
        entries={
          pressed?.channel
            ? listMenuEntries(channelActions, { gateway, guild, channel: pressed.channel, navigate })
            : pressed?.category
              ? listMenuEntries(categoryActions, { gateway, guild, category: pressed.category })
              : []
        }
        handleOpen={(target) => {
          const found = findPressed(guild, target);
          setPressed(found);
          return found.channel?.joined === true || found.category !== undefined;
        }}
      >
        <nav className={styles.scroll} aria-label={t('guild.channelsOf', { name: guild.name })}>
          <ul>
            {guild.tree.channels.map((channel) => (
              <ChannelItem
                key={channel.channelId}
                guild={guild}
                channel={channel}
                selectedId={channelId}
                drag={drag}
              />
            ))}
          </ul>
          {guild.tree.categories.map((category) => (
            <Category
              key={category.categoryId}
              guild={guild}
              category={category}
              selectedId={channelId}
              drag={drag}
            />
          ))}
          {channels.length === 0 && <NoChannels context={context} />}
        </nav>
      </ContextMenu>
    </>
  );
}

/** What a menu was opened on. */
interface Pressed {
  readonly channel?: ChannelSummary | undefined;
  readonly category?: CategorySummary | undefined;
}

function findPressed(guild: GuildDetails, target: Element): Pressed {
  const channelId = target.closest<HTMLElement>('[data-channel]')?.dataset.channel;
  const channel = listChannels(guild.tree).find((candidate) => candidate.channelId === channelId);
  if (channel) return { channel };
  const categoryId = target.closest<HTMLElement>('[data-category]')?.dataset.category;
  return { category: guild.tree.categories.find((category) => category.categoryId === categoryId) };
}

function NoChannels({ context }: { readonly context: GuildContext }) {
  const canCreate = createChannelInGuild.isAvailable(context);
  return (
    <div className={styles.empty}>
      <p>{t('guild.noChannels')}</p>
      {canCreate && (
        <Button onClick={() => createChannelInGuild.perform(context)}>{t('guild.createFirstShort')}</Button>
      )}
    </div>
  );
}

interface ChannelItemProps {
  readonly guild: GuildDetails;
  readonly channel: ChannelSummary;
  readonly selectedId: string | undefined;
  readonly drag: ChannelDrag;
}

function ChannelItem({ guild, channel, selectedId, drag }: ChannelItemProps) {
  return (
    <li className={styles.item} {...drag(channel.channelId)}>
      <ChannelLink
        {...channel}
        href={buildGuildPath(guild.guildId, channel.channelId)}
        isSelected={channel.channelId === selectedId}
        isFaint={!channel.joined}
        {...(channel.isForum && { sign: <MessagesSquare size={18} strokeWidth={1.75} aria-hidden /> })}
        hasSettings={channel.joined && guild.permissions.canRename}
      />
    </li>
  );
}

interface CategoryProps {
  readonly guild: GuildDetails;
  readonly category: CategorySummary;
  readonly selectedId: string | undefined;
  readonly drag: ChannelDrag;
}

function Category({ guild, category, selectedId, drag }: CategoryProps) {
  const isCollapsed = usePreferences((state) => state.collapsedCategories.includes(category.categoryId));
  const listId = `category-${category.categoryId}`;
  // A closed category still shows where we are and what is new.
  const shown = isCollapsed
    ? category.channels.filter((channel) => channel.channelId === selectedId || channel.unread)
    : category.channels;
  return (
    <section className={styles.category}>
      <div className={styles.categoryHead} data-category={category.categoryId} {...drag(category.categoryId)}>
        <h2 className={styles.categoryTitle}>
          <button
            type="button"
            className={styles.categoryToggle}
            aria-expanded={!isCollapsed}
            aria-controls={listId}
            onClick={() => toggleCategory(category.categoryId)}
          >
            <ChevronDown
              size={14}
              strokeWidth={2}
              className={joinClasses(styles.chevron, isCollapsed && styles.turned)}
              aria-hidden
            />
            <span className={styles.categoryName}>{category.name}</span>
          </button>
        </h2>
        {guild.permissions.canAddChannels && (
          <IconButton
            icon={Plus}
            label={t('category.createChannel', { name: category.name })}
            size="small"
            onClick={() =>
              openDialog({ kind: 'create-channel', guildId: guild.guildId, categoryId: category.categoryId })
            }
          />
        )}
      </div>
      <ul id={listId}>
        {shown.map((channel) => (
          <ChannelItem
            key={channel.channelId}
            guild={guild}
            channel={channel}
            selectedId={selectedId}
            drag={drag}
          />
        ))}
      </ul>
      {category.channels.length === 0 && !isCollapsed && <p className={styles.note}>{t('category.empty')}</p>}
    </section>
  );
}
