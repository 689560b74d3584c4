import { ShieldAlert, X } from 'lucide-react';
import { useState } from 'react';
import { t } from '../../lib/i18n/translate.ts';
import { Banner } from '../../ui/Banner.tsx';
import styles from './InsecureOriginBanner.module.css';

const storageKey = 'guildhall.insecure-origin-noted';

/**
 * Says what a browser withholds on plain HTTP, so that nobody looks for it in vain. Nothing on a secure origin.
 * Whoever has read it may put it away for as long as the tab is open.
 */
export function InsecureOriginBanner() {
  const [isNoted, setIsNoted] = useState(() => sessionStorage.getItem(storageKey) !== null);
  if (window.isSecureContext || isNoted) return null;
  const handleNoted = (): void => {
    sessionStorage.setItem(storageKey, 'yes');
    setIsNoted(true);
  };
  return (
    <Banner
      tone="warning"
      icon={<ShieldAlert size={18} aria-hidden />}
      action={
        <button
          type="button"
          className={styles.close}
          aria-label={t('auth.dismissNotice')}
          onClick={handleNoted}
        >
          <X size={18} aria-hidden />
        </button>
      }
    >
      <strong>{t('auth.insecure')}</strong> {t('auth.insecureText')}
    </Banner>
  );
}
