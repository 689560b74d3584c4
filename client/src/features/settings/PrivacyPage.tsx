import { Undo2 } from 'lucide-react';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import { t } from '../../lib/i18n/translate.ts';
import type { Privacy } from '../../matrix/privacy.ts';
import { Button } from '../../ui/Button.tsx';
import { Switch } from '../../ui/Switch.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { MediaAvatar } from '../media/MediaAvatar.tsx';
import { useGateway, useStore } from '../session/gateway-context.ts';
import styles from './PrivacyPage.module.css';
import { SettingsSection } from './SettingsFrame.tsx';

/** What others learn of what we do, and whom we do not want to hear. */
export function PrivacyPage() {
  const gateway = useGateway();
  const privacy = useStore(gateway.privacy);
  const change = (changes: Partial<Privacy>): void => {
    gateway.privacy
      .change((before) => ({ ...before, ...changes }))
      .catch((error: unknown) => showToast(describeError(error), 'danger'));
  };
  return (
    <>
      <SettingsSection title={t('privacy.shown')} text={t('privacy.shownText')}>
        <Switch
          label={t('privacy.reading')}
          hint={t('privacy.readingHint')}
          isOn={privacy.showsReading}
          handleChange={(showsReading) => change({ showsReading })}
        />
        <Switch
          label={t('privacy.typing')}
          isOn={privacy.showsTyping}
          handleChange={(showsTyping) => change({ showsTyping })}
        />
        <Switch
          label={t('privacy.presence')}
          hint={t('privacy.presenceHint')}
          isOn={privacy.showsPresence}
          handleChange={(showsPresence) => change({ showsPresence })}
        />
      </SettingsSection>
      <SettingsSection title={t('people.blocked')} text={t('person.blockText')}>
        <BlockedList />
      </SettingsSection>
    </>
  );
}

function BlockedList() {
  const { people, social } = useGateway();
  const { blocked } = useStore(people);
  if (blocked.length === 0) return <p className={styles.none}>{t('people.nobodyBlocked')}</p>;
  return (
    <ul className={styles.list}>
      {blocked.map((person) => (
        <li key={person.userId} className={styles.person}>
          <MediaAvatar id={person.userId} name={person.name} mxc={person.avatarMxc} size={32} />
          <span className={styles.words}>
            <span className={styles.name}>{person.name}</span>
            <span className={styles.userId}>{person.userId}</span>
          </span>
          <Button
            aria-label={t('privacy.unblock', { name: person.name })}
            onClick={() => {
              social
                .unblock(person.userId)
                .catch((error: unknown) => showToast(describeError(error), 'danger'));
            }}
          >
            <Undo2 size={16} aria-hidden /> {t('person.unblock')}
          </Button>
        </li>
      ))}
    </ul>
  );
}
