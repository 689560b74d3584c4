import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { t } from '../lib/i18n/translate.ts';
import { joinClasses } from '../lib/join-classes.ts';
import styles from './Toasts.module.css';
import { hideToast, useToasts } from './toast-store.ts';

/** Where toasts appear: once in the page. */
export function Toasts() {
  const toasts = useToasts((state) => state.toasts);
  return (
    <div className={styles.stack} role="status" aria-live="polite">
      {toasts.map(({ id, text, tone }) => {
        const Icon = tone === 'danger' ? CircleAlert : CircleCheck;
        return (
          <div key={id} className={joinClasses(styles.toast, styles[tone])}>
            <Icon size={18} strokeWidth={1.75} aria-hidden />
            <span className={styles.text}>{text}</span>
            <button
              type="button"
              className={styles.close}
              aria-label={t('common.dismiss')}
              onClick={() => hideToast(id)}
            >
              <X size={16} aria-hidden />
            </button>
          </div>
        );
      })}
    </div>
  );
}
