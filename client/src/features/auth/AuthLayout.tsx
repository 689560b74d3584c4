import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTitle } from '../../lib/use-title.ts';
import { Banner } from '../../ui/Banner.tsx';
import { Mark } from '../../ui/Mark.tsx';
import styles from './AuthLayout.module.css';
import { HallPicture } from './HallPicture.tsx';
import { InsecureOriginBanner } from './InsecureOriginBanner.tsx';
import { LanguageChoice } from './LanguageChoice.tsx';

interface AuthLayoutProps {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly children: ReactNode;
  readonly footer?: ReactNode;
}

/** The pages at the door: a picture of the hall and one card. */
export function AuthLayout({ title, lead, children, footer }: AuthLayoutProps) {
  useTitle(title);
  return (
    <div className={styles.page}>
      <div className={styles.picture}>
        <HallPicture />
      </div>
      <main className={styles.side}>
        <InsecureOriginBanner />
        <div className={styles.card}>
          <p className={styles.brand}>
            <Mark size={28} />
            <span>Guildhall</span>
          </p>
          <h1 className={styles.title}>{title}</h1>
          {lead !== undefined && <p className={styles.lead}>{lead}</p>}
          {children}
          {footer !== undefined && <p className={styles.footer}>{footer}</p>}
          <LanguageChoice />
        </div>
      </main>
    </div>
  );
}

/** What went wrong with a form as a whole. */
export function FormError({ children }: { readonly children: ReactNode }) {
  return (
    <div className={styles.error}>
      <Banner tone="danger" icon={<CircleAlert size={18} aria-hidden />}>
        {children}
      </Banner>
    </div>
  );
}
