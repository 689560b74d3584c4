import { create } from 'zustand';

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'info' | 'danger';
}

/** How long a toast stays, in milliseconds: long enough to read two lines twice. */
const lifetime = 6000;

let nextId = 1;

/** Short words at the edge of the screen, about something that just happened. */
export const useToasts = create<{ readonly toasts: readonly Toast[] }>(() => ({ toasts: [] }));

export function showToast(text: string, tone: Toast['tone'] = 'info'): void {
  const toast: Toast = { id: nextId, text, tone };
  nextId += 1;
  useToasts.setState(({ toasts }) => ({ toasts: [...toasts.slice(-2), toast] }));
  setTimeout(() => hideToast(toast.id), lifetime);
}

export function hideToast(id: number): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }));
}
