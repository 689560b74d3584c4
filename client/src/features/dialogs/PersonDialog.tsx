import { MessageCircle } from 'lucide-react';
import { useLocation } from 'wouter';
import { buildHomePath } from '../../app/paths.ts';
import type { PlainMessageKey } from '../../lib/i18n/messages.ts';
import { t } from '../../lib/i18n/translate.ts';
import { readLocalpart } from '../../lib/identifiers.ts';
import type { Member } from '../../matrix/types.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { describePresence, PresenceSign } from '../../ui/PresenceSign.tsx';
import { useGateway, useStore } from '../session/gateway-context.ts';
import styles from './PersonDialog.module.css';
import { PersonHead } from './PersonHead.tsx';
import { useSubmit } from './use-submit.ts';

const rankWords: Readonly<Record<Member['rank'], PlainMessageKey | undefined>> = {
  owner: 'rank.owner',
  moderator: 'rank.moderator',
  member: undefined,
};

interface PersonDialogProps {
  readonly userId: string;
  readonly roomId: string;
  readonly handleClose: () => void;
}

/** Who somebody is, and a way to talk to them. */
export function PersonDialog({ userId, roomId, handleClose }: PersonDialogProps) {
  const gateway = useGateway();
  const { present, absent } = useStore(gateway.members(roomId));
  const [, navigate] = useLocation();
  const { isBusy, error, submit } = useSubmit();
  const member = [...present, ...absent].find((candidate) => candidate.userId === userId);
  const person = member ?? { userId, name: readLocalpart(userId), avatarMxc: undefined };
  const presence = member?.presence ?? 'offline';
  const rank = member && rankWords[member.rank];
  const facts = [describePresence(presence), rank && t(rank), member?.status];
  const handleTalk = (): Promise<void> =>
    submit(async () => {
      const channelId = await gateway.communities.openDirect(userId);
      handleClose();
      navigate(buildHomePath(channelId));
    });
  return (
    <Dialog title={t('person.profile')} handleClose={handleClose}>
      <PersonHead person={person} badge={<PresenceSign presence={presence} />}>
        <p className={styles.facts}>{facts.filter(Boolean).join(' · ')}</p>
      </PersonHead>
      {error !== undefined && (
        <p className={styles.error} role="alert">
          {error}
        </p>
      )}
      {userId !== gateway.userId && (
        <DialogActions>
          <Button variant="primary" isBusy={isBusy} onClick={handleTalk}>
            <MessageCircle size={16} aria-hidden /> {t('person.talk')}
          </Button>
        </DialogActions>
      )}
    </Dialog>
  );
}
