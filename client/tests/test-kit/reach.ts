import type { BrowserContext } from 'playwright-core';
import { nameKey } from '../../src/lib/keys.ts';
import { findMessages } from './controls.ts';

/** What a page tells of a press: the names that the control may have, or a key that was pressed outside of a text. */
interface Press {
  readonly names?: readonly string[];
  readonly key?: Parameters<typeof nameKey>[0];
}

const noteName = 'noteWhatIsReached';

let isRecording = false;
let test = '';
const controls = new Map<string, string>();
const keys = new Map<string, string>();

/** From here on it is noted what visitors press, choose and fill in. It costs time: only the long form does it. */
export function recordReach(): void {
  isRecording = true;
}

/** Says which test it is that presses now. */
export function setRunningTest(title: string): void {
  test = title;
}

/** The first test that pressed a control, by the key of the message that names it; undefined if none did. */
export function findReacher(messageKey: string): string | undefined {
  return controls.get(messageKey);
}

/** The first test that pressed a key, as `nameKey` names it. */
export function findKeyReacher(key: string): string | undefined {
  return keys.get(key.toLowerCase());
}

/** Has a visitor's pages tell what is pressed in them. */
export async function watchReach(context: BrowserContext): Promise<void> {
  if (!isRecording) return;
  await context.exposeBinding(noteName, (_source, { names = [], key }: Press) => {
    for (const message of new Set(names.flatMap(findMessages)))
      if (!controls.has(message)) controls.set(message, test);
    const name = key && nameKey(key).toLowerCase();
    if (name !== undefined && !keys.has(name)) keys.set(name, test);
  });
  await context.addInitScript(tellPresses, noteName);
}

/** Runs in the page, and so uses nothing from outside. */
function tellPresses(tellName: string): void {
  const tell = (press: Press): void => {
    const call = (window as unknown as Record<string, ((press: Press) => void) | undefined>)[tellName];
    call?.(press);
  };
  const controlSelector =
    'a, button, input, select, textarea, summary, label, [contenteditable], [role=menuitem], [role=option], [role=tab]';

  /** Each piece of text in an element, and all of them together. */
  const listTexts = (element: Element | null): string[] => {
    if (!element) return [];
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const texts = [element.textContent ?? ''];
    while (walker.nextNode()) texts.push(walker.currentNode.textContent ?? '');
    return texts;
  };
  const listNames = (element: Element): string[] => {
    const labels =
      element instanceof HTMLInputElement ||
      element instanceof HTMLSelectElement ||
      element instanceof HTMLTextAreaElement
        ? [...(element.labels ?? [])]
        : [];
    const chosen = element instanceof HTMLSelectElement ? [...element.selectedOptions] : [];
    const named = (element.getAttribute('aria-labelledby') ?? '')
      .split(' ')
      .map((id) => document.getElementById(id));
    const group =
      element instanceof HTMLInputElement ? element.closest('fieldset')?.querySelector('legend') : null;
    return [element, ...labels, ...chosen, ...named, group ?? null]
      .flatMap((part) => [part?.getAttribute('aria-label') ?? '', ...listTexts(part)])
      .map((name) => name.trim())
      .filter((name) => name !== '' && name.length < 200);
  };
  const tellControl = (target: EventTarget | null): void => {
    const control = target instanceof Element ? target.closest(controlSelector) : null;
    if (control) tell({ names: listNames(control) });
  };
  for (const type of ['pointerdown', 'click', 'input', 'change'])
    window.addEventListener(type, ({ target }) => tellControl(target), { capture: true });
  window.addEventListener(
    'keydown',
    (event) => {
      const { key, ctrlKey, metaKey, altKey, shiftKey, target } = event;
      if (!(target instanceof Element)) return;
      const active = target.getAttribute('aria-activedescendant');
      if (key === 'Enter' && active !== null) tellControl(document.getElementById(active));
      const isText = target.matches('input, textarea, [contenteditable]');
      if (!isText || ctrlKey || altKey || metaKey) tell({ key: { key, ctrlKey, metaKey, altKey, shiftKey } });
    },
    { capture: true },
  );
}
