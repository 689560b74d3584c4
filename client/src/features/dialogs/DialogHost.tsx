import { closeDialog, type DialogRequest } from '../../app/dialog-store.ts';
import { AccountsDialog } from '../accounts/AccountsDialog.tsx';
import { InboxDialog } from '../inbox/InboxDialog.tsx';
import { NotificationsDialog } from '../notifications/NotificationsDialog.tsx';
import { SwitcherDialog } from '../switcher/SwitcherDialog.tsx';
import { ConfirmDialog } from './ConfirmDialog.tsx';
import { CreateCategoryDialog, CreateChannelDialog } from './CreateChannelDialog.tsx';
import { CreateGuildDialog } from './CreateGuildDialog.tsx';
import { CreatePollDialog } from './CreatePollDialog.tsx';
import { CreatePostDialog } from './CreatePostDialog.tsx';
import { ForwardDialog } from './ForwardDialog.tsx';
import { InviteDialog } from './InviteDialog.tsx';
import { JumpToDateDialog } from './JumpToDateDialog.tsx';
import { KeysDialog } from './KeysDialog.tsx';
import { MoveChannelDialog } from './MoveChannelDialog.tsx';
import { NewDirectDialog } from './NewDirectDialog.tsx';
import { PersonDialog } from './PersonDialog.tsx';
import { ProfileDialog } from './ProfileDialog.tsx';
import { ReactionsDialog } from './ReactionsDialog.tsx';
import { RenameCategoryDialog } from './RenameCategoryDialog.tsx';
import { RenameFolderDialog } from './RenameFolderDialog.tsx';
import { ReportDialog } from './ReportDialog.tsx';
import { TopicDialog } from './TopicDialog.tsx';
import { VersionsDialog } from './VersionsDialog.tsx';

/** The dialog that was asked for. */
export default function DialogHost({ request }: { readonly request: DialogRequest }) {
  switch (request.kind) {
    case 'create-guild':
      return <CreateGuildDialog handleClose={closeDialog} />;
    case 'create-channel':
      return <CreateChannelDialog {...request} handleClose={closeDialog} />;
    case 'create-category':
      return <CreateCategoryDialog guildId={request.guildId} handleClose={closeDialog} />;
    case 'invite':
      return <InviteDialog guildId={request.guildId} handleClose={closeDialog} />;
    case 'jump-to-date':
      return <JumpToDateDialog channelId={request.channelId} handleClose={closeDialog} />;
    case 'create-poll':
      return <CreatePollDialog channelId={request.channelId} handleClose={closeDialog} />;
    case 'create-post':
      return <CreatePostDialog channelId={request.channelId} handleClose={closeDialog} />;
    case 'topic':
      return <TopicDialog {...request} handleClose={closeDialog} />;
    case 'rename-category':
      return <RenameCategoryDialog {...request} handleClose={closeDialog} />;
    case 'move-channel':
      return <MoveChannelDialog {...request} handleClose={closeDialog} />;
    case 'rename-folder':
      return <RenameFolderDialog folderId={request.folderId} handleClose={closeDialog} />;
    case 'notifications':
      return <NotificationsDialog {...request} handleClose={closeDialog} />;
    case 'switcher':
      return <SwitcherDialog handleClose={closeDialog} />;
    case 'inbox':
      return <InboxDialog handleClose={closeDialog} />;
    case 'keys':
      return <KeysDialog handleClose={closeDialog} />;
    case 'new-direct':
      return <NewDirectDialog handleClose={closeDialog} />;
    case 'profile':
      return <ProfileDialog handleClose={closeDialog} />;
    case 'accounts':
      return <AccountsDialog handleClose={closeDialog} />;
    case 'person':
      return <PersonDialog userId={request.userId} roomId={request.roomId} handleClose={closeDialog} />;
    case 'versions':
      return <VersionsDialog {...request} handleClose={closeDialog} />;
    case 'forward':
      return <ForwardDialog {...request} handleClose={closeDialog} />;
    case 'reactions':
      return <ReactionsDialog reactions={request.reactions} handleClose={closeDialog} />;
    case 'report':
      return <ReportDialog {...request} handleClose={closeDialog} />;
    case 'confirm':
      return <ConfirmDialog {...request} handleClose={closeDialog} />;
  }
}
