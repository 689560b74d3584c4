import { Ellipsis } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { listMenuEntries } from '../../app/actions/action.ts';
import {
  type PersonContext,
  personActions,
  showProfile,
  talkToPerson,
} from '../../app/actions/person-actions.ts';
import { buildGuildPath } from '../../app/paths.ts';
import type { PlainMessageKey } from '../../lib/i18n/messages.ts';
import { t } from '../../lib/i18n/translate.ts';
import type { Member } from '../../matrix/types.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { MenuButton } from '../../ui/Menu.tsx';
import { describePresence, PresenceSign } from '../../ui/PresenceSign.tsx';
import { useGateway, useStore } from '../session/gateway-context.ts';
import styles from './PersonDialog.module.css';
import { PersonHead } from './PersonHead.tsx';

const rankWords: Readonly<Record<Member['rank'], PlainMessageKey | undefined>> = {
  owner: 'rank.owner',
  moderator: 'rank.moderator',
  member: undefined,
};

interface PersonDialogProps {
  readonly userId: string;
  /** The channel in which they were met; their rank and their name there are shown. */
  readonly roomId: string | undefined;
  readonly handleClose: () => void;
}

/** Who somebody is: presence, what they say of themselves, where else they are, and what can be done. */
export function PersonDialog({ userId, roomId, handleClose }: PersonDialogProps) {
  const gateway = useGateway();
  const card = useStore(gateway.person(userId));
  const [, navigate] = useLocation();
  const person = { ...card, ...useMember(roomId, userId) };
  const context: PersonContext = { gateway, person, isBlocked: card.isBlocked, navigate };
  const rank = person.rank && rankWords[person.rank];
  const facts = [describePresence(person.presence), rank && t(rank), card.isBlocked && t('person.isBlocked')];
  const others = personActions.filter((action) => action !== talkToPerson && action !== showProfile);
  return (
    <Dialog title={t('person.profile')} handleClose={handleClose}>
      <PersonHead person={person} badge={<PresenceSign presence={person.presence} />}>
        <p className={styles.facts}>{facts.filter(Boolean).join(' · ')}</p>
      </PersonHead>
      {person.status !== undefined && <p className={styles.status}>{person.status}</p>}
      {card.sharedGuilds.length > 0 && userId !== gateway.userId && (
        <section className={styles.shared}>
          <h3 className={styles.caption}>{t('person.sharedGuilds')}</h3>
          <ul className={styles.guilds}>
            {card.sharedGuilds.map(({ guildId, name }) => (
              <li key={guildId}>
                <Link className={styles.guild} href={buildGuildPath(guildId)} onClick={handleClose}>
                  {name}
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
      <DialogActions>
        <MenuButton entries={listMenuEntries(others, context)} side="top">
          <IconButton icon={Ellipsis} label={t('person.more')} />
        </MenuButton>
        {talkToPerson.isAvailable(context) && (
          <Button variant="primary" onClick={() => talkToPerson.perform(context)}>
            <talkToPerson.icon size={16} aria-hidden /> {t(talkToPerson.label)}
          </Button>
        )}
      </DialogActions>
    </Dialog>
  );
}

function useMember(roomId: string | undefined, userId: string): Member | undefined {
  const gateway = useGateway();
  const members = useStore(gateway.members(roomId ?? ''));
  return [...members.present, ...members.absent].find((member) => member.userId === userId);
}
