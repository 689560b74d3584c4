import { ArrowDown, ArrowUp, Folder, Hash, type LucideIcon, Settings } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { type CategoryContext, deleteCategory, renameCategory } from '../../app/actions/category-actions.ts';
import { buildChannelSettingsPath } from '../../app/paths.ts';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import { t } from '../../lib/i18n/translate.ts';
import type { GuildDetails } from '../../matrix/types.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { useGateway } from '../session/gateway-context.ts';
import styles from './GuildPages.module.css';

interface Entry {
  readonly roomId: string;
  readonly name: string;
}

/** The channels and categories of a guild, to be put in order. */
export function ChannelOrderPage({ guild }: { readonly guild: GuildDetails }) {
  const { channels, categories } = guild.tree;
  const toEntry = (channel: { readonly channelId: string; readonly name: string }): Entry => {
    return { roomId: channel.channelId, name: channel.name };
  };
  const categoryEntries = categories.map(({ categoryId, name }) => ({ roomId: categoryId, name }));
  return (
    <div className={styles.page}>
      <p className={styles.note}>{t('guildSettings.orderText')}</p>
      <Group spaceId={guild.guildId} entries={channels.map(toEntry)} />
      {categories.map((category, index) => (
        <section key={category.categoryId}>
          <Line
            spaceId={guild.guildId}
            entry={categoryEntries[index] ?? { roomId: category.categoryId, name: category.name }}
            beside={categoryEntries}
            icon={Folder}
            tools={<CategoryTools guild={guild} category={category} />}
          />
          <div className={styles.inner}>
            <Group spaceId={category.categoryId} entries={category.channels.map(toEntry)} />
          </div>
        </section>
      ))}
    </div>
  );
}

function CategoryTools(context: Omit<CategoryContext, 'gateway'>) {
  const gateway = useGateway();
  return [renameCategory, deleteCategory]
    .filter((action) => action.isAvailable({ ...context, gateway }))
    .map((action) => (
      <IconButton
        key={action.id}
        icon={action.icon}
        label={`${t(action.label)}: ${context.category.name}`}
        {...(action.isDangerous && { tone: 'danger' as const })}
        onClick={() => action.perform({ ...context, gateway })}
      />
    ));
}

function Group({ spaceId, entries }: { readonly spaceId: string; readonly entries: readonly Entry[] }) {
  return (
    <div>
      {entries.map((entry) => (
        <Line key={entry.roomId} spaceId={spaceId} entry={entry} beside={entries} icon={Hash} />
      ))}
    </div>
  );
}

interface LineProps {
  readonly spaceId: string;
  readonly entry: Entry;
  readonly beside: readonly Entry[];
  readonly icon: LucideIcon;
  readonly tools?: ReactNode;
}

function Line({ spaceId, entry, beside, icon: Icon, tools }: LineProps) {
  const { administration } = useGateway();
  const [, navigate] = useLocation();
  const [isBusy, setIsBusy] = useState(false);
  const { roomId, name } = entry;
  const ids = beside.map((other) => other.roomId);
  const place = ids.indexOf(roomId);
  const move = (by: 1 | -1): void => {
    setIsBusy(true);
    administration
      .moveChild(spaceId, roomId, ids, by)
      .catch((error: unknown) => showToast(describeError(error), 'danger'))
      .finally(() => setIsBusy(false));
  };
  // Not disabled at the ends: what has the focus would lose it.
  const isAway = (by: 1 | -1): boolean => isBusy || ids[place + by] === undefined;
  return (
    <div className={styles.line}>
      <Icon size={18} strokeWidth={1.75} aria-hidden />
      <span className={styles.words}>
        <span className={styles.name}>{name}</span>
      </span>
      <span className={styles.tools}>
        {tools}
        {Icon === Hash && (
          <IconButton
            icon={Settings}
            label={t('channel.settingsOf', { name })}
            onClick={() => navigate(buildChannelSettingsPath(roomId))}
          />
        )}
        <IconButton
          icon={ArrowUp}
          label={t('guildSettings.moveUp', { name })}
          aria-disabled={isAway(-1) || undefined}
          onClick={() => isAway(-1) || move(-1)}
        />
        <IconButton
          icon={ArrowDown}
          label={t('guildSettings.moveDown', { name })}
          aria-disabled={isAway(1) || undefined}
          onClick={() => isAway(1) || move(1)}
        />
      </span>
    </div>
  );
}
