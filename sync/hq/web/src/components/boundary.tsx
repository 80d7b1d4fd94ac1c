// A mistake in a component becomes a notice with its text, not an empty page.
import type { ComponentChildren } from 'preact';
import { Component } from 'preact';
import { FailureNotice } from './failure.tsx';

interface BoundaryState {
  readonly detail: string | null;
}

export class Boundary extends Component<{ children: ComponentChildren }, BoundaryState> {
  override state: BoundaryState = { detail: null };

  static override getDerivedStateFromError(error: unknown): BoundaryState {
    return { detail: error instanceof Error ? error.message : String(error) };
  }

  override render() {
    const { detail } = this.state;
    if (detail === null) return this.props.children;
    return <FailureNotice failure={{ kind: 'shape', detail }} again={() => location.reload()} />;
  }
}
