import { Dialog } from '../../ui/Dialog.tsx';
import { DialogForm } from './DialogForm.tsx';
import { useSubmit } from './use-submit.ts';

interface ConfirmDialogProps {
  readonly title: string;
  readonly text: string;
  readonly confirmLabel: string;
  readonly perform: () => Promise<void>;
  readonly handleClose: () => void;
}

/** Asks once more before something that cannot be taken back. */
export function ConfirmDialog({ title, text, confirmLabel, perform, handleClose }: ConfirmDialogProps) {
  const submission = useSubmit();
  return (
    <Dialog title={title} description={text} handleClose={handleClose}>
      <DialogForm
        submission={submission}
        submitLabel={confirmLabel}
        isDangerous
        handleClose={handleClose}
        work={async () => {
          await perform();
          handleClose();
        }}
      />
    </Dialog>
  );
}
