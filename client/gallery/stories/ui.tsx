import { Hash, Pencil, Trash2, WifiOff } from 'lucide-react';
import { Avatar } from '../../src/ui/Avatar.tsx';
import { Banner } from '../../src/ui/Banner.tsx';
import { Button } from '../../src/ui/Button.tsx';
import { ChoiceGroup } from '../../src/ui/ChoiceGroup.tsx';
import { Dialog, DialogActions } from '../../src/ui/Dialog.tsx';
import { IconButton } from '../../src/ui/IconButton.tsx';
import { Mark } from '../../src/ui/Mark.tsx';
import { MentionPill } from '../../src/ui/MentionPill.tsx';
import { MenuButton } from '../../src/ui/Menu.tsx';
import { PresenceSign } from '../../src/ui/PresenceSign.tsx';
import { SelectField } from '../../src/ui/SelectField.tsx';
import { Skeleton } from '../../src/ui/Skeleton.tsx';
import { Spinner } from '../../src/ui/Spinner.tsx';
import { EmptyState, ErrorState } from '../../src/ui/StateView.tsx';
import { Switch } from '../../src/ui/Switch.tsx';
import { TextAreaField, TextField } from '../../src/ui/TextField.tsx';
import { Toasts } from '../../src/ui/Toasts.tsx';
import { useToasts } from '../../src/ui/toast-store.ts';
import { Shelf } from '../Shelf.tsx';
import type { Stories } from '../story.ts';

const doNothing = (): void => undefined;
const entries = [
  { id: 'edit', label: 'Edit', icon: Pencil, shortcut: 'E', perform: doNothing },
  { id: 'delete', label: 'Delete', icon: Trash2, shortcut: 'Del', isDangerous: true, perform: doNothing },
];

export const uiStories: Stories = {
  buttons: () => (
    <Shelf>
      {(['primary', 'quiet', 'plain', 'danger'] as const).map((variant) => (
        <Shelf key={variant}>
          <Button variant={variant}>{variant}</Button>
          <Button variant={variant} disabled>
            disabled
          </Button>
          <Button variant={variant} isBusy>
            busy
          </Button>
        </Shelf>
      ))}
    </Shelf>
  ),
  'icon buttons': () => (
    <Shelf>
      <IconButton icon={Pencil} label="Edit" />
      <IconButton icon={Pencil} label="Edit, small" size="small" />
      <IconButton icon={Trash2} label="Delete" tone="danger" />
      <IconButton icon={Pencil} label="Edit, disabled" disabled />
    </Shelf>
  ),
  menu: () => (
    <Shelf>
      <MenuButton entries={entries}>
        <Button>Open the menu</Button>
      </MenuButton>
    </Shelf>
  ),
  'text fields': () => (
    <Shelf isColumn>
      <TextField label="Name" defaultValue="The Lantern Club" hint="Everybody sees it." />
      <TextField label="Username" defaultValue="A d a" error="Usernames use lower-case letters." />
      <TextField label="Disabled" defaultValue="Not now" disabled />
      <TextAreaField label="Topic" defaultValue={'Late tea,\nlong games.'} hint="A sentence or two." />
    </Shelf>
  ),
  choices: () => (
    <Shelf isColumn>
      <ChoiceGroup
        label="Density"
        value="roomy"
        choices={[
          { value: 'roomy', label: 'Roomy', hint: 'With room to breathe' },
          { value: 'compact', label: 'Compact' },
        ]}
        handleChange={doNothing}
      />
      <ChoiceGroup
        label="Language"
        layout="lines"
        value="en"
        choices={[
          { value: 'en', label: 'English' },
          { value: 'ru', label: 'Русский' },
        ]}
        handleChange={doNothing}
      />
      <SelectField
        label="Category"
        value="stage"
        choices={[
          { value: 'stage', label: 'The stage' },
          { value: 'kitchen', label: 'Kitchen' },
        ]}
        handleChange={doNothing}
      />
      <Switch label="On" hint="It says what it does." isOn handleChange={doNothing} />
      <Switch label="Off" isOn={false} handleChange={doNothing} />
      <Switch label="Disabled" isOn={false} isDisabled handleChange={doNothing} />
    </Shelf>
  ),
  avatars: () => (
    <Shelf>
      <Avatar id="@ada:hall.example" name="Ada Marten" />
      <Avatar id="@juno:hall.example" name="Juno" size={64} badge={<PresenceSign presence="online" />} />
      <Avatar id="!guild:hall.example" name="The Lantern Club" size={48} shape="squircle" />
      <Mark size={48} />
    </Shelf>
  ),
  signs: () => (
    <Shelf>
      {(['online', 'idle', 'dnd', 'offline'] as const).map((presence) => (
        <span key={presence}>
          <PresenceSign presence={presence} /> {presence}
        </span>
      ))}
      <MentionPill count={3} />
      <MentionPill count={300} />
      <Hash size={18} aria-hidden />
    </Shelf>
  ),
  banners: () => (
    <Shelf isColumn>
      <Banner tone="warning" icon={<WifiOff size={18} aria-hidden />} action={<Button>Try now</Button>}>
        The server cannot be reached.
      </Banner>
      <Banner tone="danger">The disk is full.</Banner>
      <Banner tone="info">There is a newer version.</Banner>
    </Shelf>
  ),
  loading: () => (
    <Shelf isColumn>
      <Spinner label="Loading" size={28} />
      <Skeleton width={240} />
      <Skeleton width={40} height={40} shape="circle" />
      <Skeleton width={40} height={40} shape="squircle" />
    </Shelf>
  ),
  'empty state': () => (
    <EmptyState title="A quiet corner" action={<Button variant="primary">Begin</Button>}>
      Nobody has said anything yet.
    </EmptyState>
  ),
  'error state': () => (
    <ErrorState title="The hall could not be opened" handleRetry={doNothing}>
      The server cannot be reached. Check your connection.
    </ErrorState>
  ),
  dialog: () => (
    <Dialog
      title="Leave The Lantern Club?"
      description="You can come back with an invite."
      handleClose={doNothing}
    >
      <DialogActions>
        <Button>Cancel</Button>
        <Button variant="danger">Leave</Button>
      </DialogActions>
    </Dialog>
  ),
  toasts: () => <ToastStory />,
};

function ToastStory() {
  if (useToasts.getState().toasts.length === 0)
    useToasts.setState({
      toasts: [
        { id: -1, text: 'Copied', tone: 'info' },
        { id: -2, text: 'The server has a problem. Try again in a moment.', tone: 'danger' },
      ],
    });
  return (
    <main>
      <h1>Toasts</h1>
      <Toasts />
    </main>
  );
}
