import { type ComponentType, type LazyExoticComponent, lazy, useState } from 'react';

/**
 * A component whose code is loaded when it is first shown.
 * Unlike a `lazy` made once for the whole page, which remembers a failure for ever, each mount tries anew; code that
 * was loaded before is there at once.
 */
export function useLazy<Props>(
  load: () => Promise<{ readonly default: ComponentType<Props> }>,
): LazyExoticComponent<ComponentType<Props>> {
  const [component] = useState(() => lazy(load));
  return component;
}
