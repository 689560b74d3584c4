import { Component, type ErrorInfo, type ReactNode } from 'react';

interface ErrorBoundaryProps {
  readonly children: ReactNode;
  /** What stands in for the children once they broke. Give the boundary a new `key` to try them again. */
  readonly fallback: ReactNode;
}

interface ErrorBoundaryState {
  readonly isBroken: boolean;
}

/** Catches what breaks while rendering, a chunk that cannot be loaded among it. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { isBroken: false };

  static getDerivedStateFromError(): ErrorBoundaryState {
    return { isBroken: true };
  }

  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    console.error('A view broke:', error, info.componentStack);
  }

  override render(): ReactNode {
    return this.state.isBroken ? this.props.fallback : this.props.children;
  }
}
