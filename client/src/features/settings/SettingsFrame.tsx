import { ArrowLeft, type LucideIcon, X } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { Link, useLocation } from 'wouter';
import { useDialog } from '../../app/dialog-store.ts';
import { useLayout } from '../../app/layout.ts';
import { t } from '../../lib/i18n/translate.ts';
import { usePreferences } from '../../lib/preferences.ts';
import { useTitle } from '../../lib/use-title.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import styles from './SettingsFrame.module.css';

/** One page of settings. */
export interface SettingsPage {
  readonly id: string;
  readonly label: string;
  readonly icon: LucideIcon;
  readonly content: ReactNode;
}

interface SettingsFrameProps {
  readonly title: string;
  readonly pages: readonly SettingsPage[];
  /** The page that is open; on narrow screens the list of pages comes before it. */
  readonly pageId: string | undefined;
  readonly buildPath: (pageId?: string) => string;
}

/** Settings over the whole window: the pages on the left, the open one beside them. Escape leads back to the hall. */
export function SettingsFrame({ title, pages, pageId, buildPath }: SettingsFrameProps) {
  const [, navigate] = useLocation();
  const isNarrow = useLayout() === 'narrow';
  const lastPath = usePreferences((state) => state.lastPath) ?? '/home';
  const open = pages.find(({ id }) => id === pageId) ?? (isNarrow ? undefined : pages[0]);
  useTitle(open?.label ?? title, title);
  useEffect(() => {
    const handleKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || event.defaultPrevented || useDialog.getState().request) return;
      navigate(lastPath);
    };
    window.addEventListener('keydown', handleKey);
    return () => window.removeEventListener('keydown', handleKey);
  }, [navigate, lastPath]);
  return (
    <div className={styles.frame}>
      {!(isNarrow && open) && (
        <nav className={styles.side} aria-label={title}>
          <header className={styles.sideHead}>
            <h2 className={styles.title}>{title}</h2>
            {isNarrow && <CloseButton path={lastPath} />}
          </header>
          <ul className={styles.pages}>
            {pages.map(({ id, label, icon: Icon }) => (
              <li key={id}>
                <Link
                  className={styles.page}
                  href={buildPath(id)}
                  aria-current={id === open?.id ? 'page' : undefined}
                >
                  <Icon size={18} strokeWidth={1.75} aria-hidden />
                  <span className={styles.pageName}>{label}</span>
                </Link>
              </li>
            ))}
          </ul>
        </nav>
      )}
      {open && (
        <main className={styles.main}>
          <header className={styles.head}>
            {isNarrow && (
              <IconButton icon={ArrowLeft} label={t('settings.back')} onClick={() => navigate(buildPath())} />
            )}
            <h1 className={styles.heading}>{open.label}</h1>
            <CloseButton path={lastPath} />
          </header>
          <div key={open.id} className={styles.content}>
            {open.content}
          </div>
        </main>
      )}
    </div>
  );
}

function CloseButton({ path }: { readonly path: string }) {
  const [, navigate] = useLocation();
  return (
    <IconButton icon={X} label={t('settings.close')} tooltipSide="bottom" onClick={() => navigate(path)} />
  );
}

interface SettingsSectionProps {
  readonly title: string;
  readonly text?: ReactNode;
  readonly isDangerous?: boolean;
  readonly children?: ReactNode;
}

/** Settings that belong together. */
export function SettingsSection({ title, text, isDangerous = false, children }: SettingsSectionProps) {
  return (
    <section className={isDangerous ? styles.danger : styles.section}>
      <div className={styles.sectionHead}>
        <h2 className={styles.sectionTitle}>{title}</h2>
        {text !== undefined && <p className={styles.sectionText}>{text}</p>}
      </div>
      {children}
    </section>
  );
}
