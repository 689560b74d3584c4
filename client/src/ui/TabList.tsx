import { Tabs } from '@base-ui/react/tabs';
import styles from './TabList.module.css';

interface TabListProps {
  readonly label: string;
  readonly tabs: readonly { readonly value: string; readonly label: string }[];
}

/** The tabs above the panels of a `Tabs.Root`, as one rounded bar. */
export function TabList({ label, tabs }: TabListProps) {
  return (
    <Tabs.List className={styles.tabs} aria-label={label}>
      {tabs.map((tab) => (
        <Tabs.Tab key={tab.value} className={styles.tab} value={tab.value}>
          {tab.label}
        </Tabs.Tab>
      ))}
    </Tabs.List>
  );
}
