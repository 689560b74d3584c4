import { Ban, ClipboardCopy, MessageCircle, Undo2, UserRound } from 'lucide-react';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import { t } from '../../lib/i18n/translate.ts';
import type { Gateway } from '../../matrix/gateway.ts';
import type { Person } from '../../matrix/types.ts';
import { showToast } from '../../ui/toast-store.ts';
import { closeDialog, openDialog } from '../dialog-store.ts';
import { buildHomePath } from '../paths.ts';
import type { Action } from './action.ts';

/** Somebody else, or ourselves. */
export interface PersonContext {
  readonly gateway: Gateway;
  readonly person: Person;
  readonly isBlocked: boolean;
  readonly navigate: (path: string) => void;
}

function isOther({ gateway, person }: PersonContext): boolean {
  return gateway.userId !== person.userId;
}

function sayError(error: unknown): void {
  showToast(describeError(error), 'danger');
}

export const showProfile: Action<PersonContext> = {
  id: 'person.profile',
  label: 'person.profile',
  icon: UserRound,
  isAvailable: () => true,
  perform: ({ person }) => openDialog({ kind: 'person', userId: person.userId }),
};

export const talkToPerson: Action<PersonContext> = {
  id: 'person.talk',
  label: 'person.talk',
  icon: MessageCircle,
  isAvailable: (context) => isOther(context) && !context.isBlocked,
  perform: ({ gateway, person, navigate }) => {
    gateway.social.openConversation([person.userId]).then((channelId) => {
      closeDialog();
      navigate(buildHomePath(channelId));
    }, sayError);
  },
};

const blockPerson: Action<PersonContext> = {
  id: 'person.block',
  label: 'person.block',
  icon: Ban,
  isDangerous: true,
  isAvailable: (context) => isOther(context) && !context.isBlocked,
  perform: ({ gateway, person }) =>
    openDialog({
      kind: 'confirm',
      title: t('person.blockTitle', { name: person.name }),
      text: t('person.blockText'),
      confirmLabel: t('person.block'),
      perform: () => gateway.social.block(person.userId),
    }),
};

const unblockPerson: Action<PersonContext> = {
  id: 'person.unblock',
  label: 'person.unblock',
  icon: Undo2,
  isAvailable: ({ isBlocked }) => isBlocked,
  perform: ({ gateway, person }) => void gateway.social.unblock(person.userId).catch(sayError),
};

const copyUserId: Action<PersonContext> = {
  id: 'person.copy-id',
  label: 'person.copyId',
  icon: ClipboardCopy,
  isAvailable: () => navigator.clipboard !== undefined,
  perform: ({ person }) => {
    navigator.clipboard.writeText(person.userId).then(
      () => showToast(t('common.copied')),
      () => showToast(t('common.clipboardRefused'), 'danger'),
    );
  },
};

/** What can be done with a person. */
export const personActions: readonly Action<PersonContext>[] = [
  talkToPerson,
  showProfile,
  copyUserId,
  unblockPerson,
  blockPerson,
];
