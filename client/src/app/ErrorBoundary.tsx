import { Component, type ErrorInfo, type ReactNode } from 'react';
import { ErrorState } from '../ui/StateView.tsx';

interface ErrorBoundaryProps {
  readonly children: ReactNode;
}

interface ErrorBoundaryState {
  readonly error: unknown;
}

/** Catches what breaks while rendering, a chunk that cannot be loaded among it, and offers to begin anew. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { error: undefined };

  static getDerivedStateFromError(error: unknown): ErrorBoundaryState {
    return { error };
  }

  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    console.error('A view broke:', error, info.componentStack);
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    return (
      <ErrorState title="Something broke on our side" handleRetry={() => window.location.reload()}>
        What you wrote is kept. Load the page again; if it keeps happening, tell whoever runs this server.
      </ErrorState>
    );
  }
}
