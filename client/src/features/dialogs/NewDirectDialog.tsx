import { X } from 'lucide-react';
import { useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { buildHomePath } from '../../app/paths.ts';
import { t } from '../../lib/i18n/translate.ts';
import { completeUserId, isUserId } from '../../lib/identifiers.ts';
import type { Person } from '../../matrix/types.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { matchPeople } from '../composer/completion-query.ts';
import { MediaAvatar } from '../media/MediaAvatar.tsx';
import { useGateway, useStore } from '../session/gateway-context.ts';
import styles from './NewDirectDialog.module.css';
import { SubmitForm } from './SubmitForm.tsx';
import { useSubmit } from './use-submit.ts';

/** Begins a conversation with one person or several. */
export function NewDirectDialog({ handleClose }: { readonly handleClose: () => void }) {
  const { social, userId: ownUserId } = useGateway();
  const [, navigate] = useLocation();
  const known = useKnownPeople();
  const [chosen, setChosen] = useState<readonly Person[]>([]);
  const [typed, setTyped] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const submission = useSubmit();
  const typedId = completeUserId(typed, ownUserId);
  const isTypedId = typed.trim() !== '' && isUserId(typedId) && typedId !== ownUserId;
  const isChosen = ({ userId }: Person): boolean => chosen.some((person) => person.userId === userId);
  const suggested = matchPeople(
    known.filter((person) => !isChosen(person)),
    typed.trim().replace(/^@/, ''),
    5,
  );
  const userIds = [...new Set([...chosen.map(({ userId }) => userId), ...(isTypedId ? [typedId] : [])])];
  const choose = (person: Person): void => {
    setChosen([...chosen, person]);
    setTyped('');
    // The button is gone with its line.
    field.current?.focus();
  };
  const work = async (): Promise<void> => {
    const channelId = await social.openConversation(userIds);
    handleClose();
    navigate(buildHomePath(channelId));
  };
  return (
    <Dialog title={t('home.newConversation')} description={t('direct.description')} handleClose={handleClose}>
      <SubmitForm
        submission={submission}
        submitLabel={t('direct.begin')}
        canSubmit={userIds.length > 0}
        handleClose={handleClose}
        work={work}
      >
        {chosen.length > 0 && (
          <ul className={styles.chosen} aria-label={t('direct.chosen')}>
            {chosen.map((person) => (
              <li key={person.userId} className={styles.token}>
                <MediaAvatar id={person.userId} name={person.name} mxc={person.avatarMxc} size={24} />
                <span className={styles.name}>{person.name}</span>
                <button
                  type="button"
                  className={styles.remove}
                  aria-label={t('direct.remove', { name: person.name })}
                  onClick={() => setChosen(chosen.filter((other) => other !== person))}
                >
                  <X size={14} aria-hidden />
                </button>
              </li>
            ))}
          </ul>
        )}
        <TextField
          ref={field}
          label={t('direct.withWhom')}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          placeholder={t('direct.idExample')}
          hint={isTypedId && !typed.includes(':') ? typedId : t('direct.hint')}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
        />
        {suggested.length > 0 && (
          <ul className={styles.suggested} aria-label={t('direct.suggested')}>
            {suggested.map((person) => (
              <li key={person.userId}>
                <button type="button" className={styles.person} onClick={() => choose(person)}>
                  <MediaAvatar id={person.userId} name={person.name} mxc={person.avatarMxc} size={32} />
                  <span className={styles.name}>{person.name}</span>
                  <span className={styles.id}>{person.userId}</span>
                </button>
              </li>
            ))}
          </ul>
        )}
      </SubmitForm>
    </Dialog>
  );
}

/** Everybody whom we have met, each once. */
function useKnownPeople(): readonly Person[] {
  const places = useStore(useGateway().places);
  const people = new Map<string, Person>();
  for (const place of places) {
    if (place.kind !== 'person' || place.userId === undefined) continue;
    people.set(place.userId, { userId: place.userId, name: place.name, avatarMxc: place.avatarMxc });
  }
  return [...people.values()];
}
