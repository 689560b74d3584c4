import { openSwitcher } from '../../app/actions/hall-actions.ts';
import { useHallContext } from '../../app/use-hall-keys.ts';
import { t } from '../../lib/i18n/translate.ts';
import { IconButton } from '../../ui/IconButton.tsx';

/** Opens the quick switcher, for those who have no Control key at hand. */
export function SwitcherButton() {
  const context = useHallContext();
  return (
    <IconButton
      icon={openSwitcher.icon}
      label={t(openSwitcher.label)}
      tooltipSide="bottom"
      onClick={() => openSwitcher.perform(context)}
    />
  );
}
