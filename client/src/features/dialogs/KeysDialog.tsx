import { type KeyedAction, listKeys } from '../../app/actions/registry.ts';
import { t } from '../../lib/i18n/translate.ts';
import { readKeyOf, useKeyBindings } from '../../lib/key-bindings.ts';
import { describeKey } from '../../lib/keys.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import styles from './KeysDialog.module.css';

/** Which keys do what. */
export function KeysDialog({ handleClose }: { readonly handleClose: () => void }) {
  const { everywhere, onMessages } = listKeys();
  return (
    <Dialog title={t('keys.open')} handleClose={handleClose}>
      <KeyTable title={t('keys.everywhere')} actions={everywhere} />
      <KeyTable title={t('keys.onMessages')} actions={onMessages} />
    </Dialog>
  );
}

function KeyTable({ title, actions }: { readonly title: string; readonly actions: readonly KeyedAction[] }) {
  useKeyBindings();
  return (
    <section className={styles.group}>
      <h3 className={styles.title}>{title}</h3>
      <dl className={styles.keys}>
        {actions.map((action) => (
          <div key={action.id} className={styles.line}>
            <dt>{t(action.label)}</dt>
            <dd>
              <kbd className={styles.key}>{describeKey(readKeyOf(action) ?? action.key)}</kbd>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
