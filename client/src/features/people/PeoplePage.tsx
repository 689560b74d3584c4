import { Tabs } from '@base-ui/react/tabs';
import { Ellipsis, UserRoundPlus } from 'lucide-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { listMenuEntries } from '../../app/actions/action.ts';
import {
  type PersonContext,
  personActions,
  showProfile,
  talkToPerson,
} from '../../app/actions/person-actions.ts';
import { openDialog } from '../../app/dialog-store.ts';
import { t } from '../../lib/i18n/translate.ts';
import type { Contact } from '../../matrix/types.ts';
import { Button } from '../../ui/Button.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { MenuButton } from '../../ui/Menu.tsx';
import { describePresence, PresenceSign } from '../../ui/PresenceSign.tsx';
import { EmptyState } from '../../ui/StateView.tsx';
import { TabList } from '../../ui/TabList.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { MediaAvatar } from '../media/MediaAvatar.tsx';
import { useGateway, useStore } from '../session/gateway-context.ts';
import styles from './PeoplePage.module.css';

/** Those whom we talk to: who is there, everybody, and those whom we blocked. */
export function PeoplePage() {
  const { friends, blocked } = useStore(useGateway().people);
  const online = friends.filter(({ presence }) => presence !== 'offline');
  const groups = [
    { value: 'online', label: t('presence.online'), people: online, none: t('people.nobodyOnline') },
    { value: 'all', label: t('people.all'), people: friends, none: t('people.nobody') },
    { value: 'blocked', label: t('people.blocked'), people: blocked, none: t('people.nobodyBlocked') },
  ];
  return (
    <Tabs.Root className={styles.page} defaultValue="online">
      <div className={styles.bar}>
        <TabList label={t('people.title')} tabs={groups} />
        <Button variant="primary" onClick={() => openDialog({ kind: 'new-direct' })}>
          <UserRoundPlus size={16} aria-hidden /> {t('home.newConversation')}
        </Button>
      </div>
      {groups.map(({ value, people, none }) => (
        <Tabs.Panel key={value} className={styles.panel} value={value}>
          {people.length === 0 ? <EmptyState size="panel" title={none} /> : <PeopleList people={people} />}
        </Tabs.Panel>
      ))}
    </Tabs.Root>
  );
}

/** From how many people on a list is searched rather than read. */
const manyPeople = 12;

function PeopleList({ people }: { readonly people: readonly Contact[] }) {
  const [typed, setTyped] = useState('');
  const query = typed.trim().toLocaleLowerCase();
  const shown = people.filter(({ name, userId }) => `${name} ${userId}`.toLocaleLowerCase().includes(query));
  return (
    <>
      {people.length >= manyPeople && (
        <TextField
          label={t('people.search')}
          type="search"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          autoComplete="off"
        />
      )}
      <ul>
        {shown.map((person) => (
          <PersonLine key={person.userId} person={person} />
        ))}
      </ul>
    </>
  );
}

function PersonLine({ person }: { readonly person: Contact }) {
  const gateway = useGateway();
  const { isBlocked } = useStore(gateway.person(person.userId));
  const [, navigate] = useLocation();
  const context: PersonContext = { gateway, person, isBlocked, navigate };
  const { name, userId, avatarMxc, presence, status } = person;
  return (
    <li className={styles.line}>
      <button type="button" className={styles.person} onClick={() => showProfile.perform(context)}>
        <MediaAvatar
          id={userId}
          name={name}
          mxc={avatarMxc}
          size={40}
          badge={<PresenceSign presence={presence} />}
        />
        <span className={styles.words}>
          <span className={styles.name}>{name}</span>
          <span className={styles.status}>{status ?? describePresence(presence)}</span>
        </span>
      </button>
      {talkToPerson.isAvailable(context) && (
        <IconButton
          icon={talkToPerson.icon}
          label={t('people.talkTo', { name })}
          onClick={() => talkToPerson.perform(context)}
        />
      )}
      <MenuButton
        entries={listMenuEntries(
          personActions.filter((action) => action !== talkToPerson),
          context,
        )}
        align="end"
      >
        <IconButton icon={Ellipsis} label={t('people.moreAbout', { name })} />
      </MenuButton>
    </li>
  );
}
