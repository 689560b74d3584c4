import { Ban, UserMinus } from 'lucide-react';
import { useState } from 'react';
import { openDialog } from '../../app/dialog-store.ts';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import { t } from '../../lib/i18n/translate.ts';
import type { GuildDetails, Member } from '../../matrix/types.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { SelectField } from '../../ui/SelectField.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { MediaAvatar } from '../media/MediaAvatar.tsx';
import { useGateway, useStore } from '../session/gateway-context.ts';
import styles from './GuildPages.module.css';

/** How many are shown at once; a name finds the others. */
const mostShown = 50;

/** The levels that are given here, by what they are called; those of the spec's defaults. */
const levels = { member: 0, moderator: 50, admin: 100 } as const;

type Rank = keyof typeof levels | 'owner';

function rankOf(level: number): Rank {
  if (level > levels.admin) return 'owner';
  return level >= levels.admin ? 'admin' : level >= levels.moderator ? 'moderator' : 'member';
}

/** Who is in a guild, what they may do, and how they are shown the door. */
export function MembersPage({ guild }: { readonly guild: GuildDetails }) {
  const { present, absent } = useStore(useGateway().members(guild.guildId));
  const [query, setQuery] = useState('');
  const wanted = query.trim().toLowerCase();
  const everybody = [...present, ...absent]
    .filter(({ name, userId }) => `${name} ${userId}`.toLowerCase().includes(wanted))
    .sort((a, b) => b.level - a.level || a.name.localeCompare(b.name));
  const hidden = everybody.length - mostShown;
  return (
    <div className={styles.page}>
      <TextField
        type="search"
        label={t('guildSettings.findMember')}
        value={query}
        onChange={(event) => setQuery(event.target.value)}
      />
      <ul className={styles.list}>
        {everybody.slice(0, mostShown).map((member) => (
          <MemberLine key={member.userId} guild={guild} member={member} />
        ))}
      </ul>
      {hidden > 0 && <p className={styles.note}>{t('guildSettings.moreMembers', { count: hidden })}</p>}
    </div>
  );
}

function MemberLine({ guild, member }: { readonly guild: GuildDetails; readonly member: Member }) {
  const { userId: ownId, communities } = useGateway();
  const { name, userId } = member;
  const { canKick, canBan, level } = guild.permissions;
  const isBelow = userId !== ownId && member.level < level;
  const ask = (action: 'kick' | 'ban'): void =>
    openDialog({
      kind: 'confirm',
      title: t(action === 'kick' ? 'guildSettings.kickTitle' : 'guildSettings.banTitle', { name }),
      text: t(action === 'kick' ? 'guildSettings.kickText' : 'guildSettings.banText'),
      confirmLabel: t(action === 'kick' ? 'guildSettings.kick' : 'guildSettings.ban'),
      perform: () => communities[action](guild.guildId, userId, ''),
    });
  return (
    <li className={styles.line}>
      <MediaAvatar id={userId} name={name} mxc={member.avatarMxc} size={36} />
      <span className={styles.words}>
        <span className={styles.name}>{name}</span>
        <span className={styles.note}>{userId}</span>
      </span>
      <RankField guild={guild} member={member} isBelow={isBelow} />
      {canKick && isBelow && (
        <IconButton
          icon={UserMinus}
          label={t('guildSettings.kickLabel', { name })}
          onClick={() => ask('kick')}
        />
      )}
      {canBan && isBelow && (
        <IconButton
          icon={Ban}
          tone="danger"
          label={t('guildSettings.banLabel', { name })}
          onClick={() => ask('ban')}
        />
      )}
    </li>
  );
}

interface RankFieldProps {
  readonly guild: GuildDetails;
  readonly member: Member;
  readonly isBelow: boolean;
}

function RankField({ guild, member, isBelow }: RankFieldProps) {
  const { administration } = useGateway();
  const [progress, setProgress] = useState<string>();
  const words: Readonly<Record<Rank, string>> = {
    member: t('guildSettings.member'),
    moderator: t('rank.moderator'),
    admin: t('guildSettings.admin'),
    owner: t('rank.owner'),
  };
  const rank = rankOf(member.level);
  if (!isBelow || !guild.permissions.canSetLevels) return <span className={styles.note}>{words[rank]}</span>;
  const handleChange = (chosen: Rank): void => {
    if (chosen === 'owner') return;
    setProgress('');
    administration
      .setLevel(guild.guildId, member.userId, levels[chosen], (done, total) =>
        setProgress(t('guildSettings.progress', { done, total })),
      )
      .catch((error: unknown) => showToast(describeError(error), 'danger'))
      .finally(() => setProgress(undefined));
  };
  if (progress !== undefined) {
    return (
      <span className={styles.note} role="status">
        {progress}
      </span>
    );
  }
  return (
    <SelectField<Rank>
      className={styles.rank}
      label={t('guildSettings.rankOf', { name: member.name })}
      hidesLabel
      value={rank}
      choices={(['member', 'moderator', 'admin'] as const).map((value) => ({ value, label: words[value] }))}
      handleChange={handleChange}
    />
  );
}
