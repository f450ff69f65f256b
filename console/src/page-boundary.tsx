import { Component, type ComponentChildren } from "preact";
import { describeError } from "./describe-error.ts";
import { shellTexts } from "./text/shell.ts";

/** Shows that a page failed, so that the others still work. */
export class PageBoundary extends Component<{ children: ComponentChildren }, { error: unknown }> {
  override state = { error: undefined };

  static override getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === undefined) return this.props.children;
    const { pageFailed, reload } = shellTexts.value;
    return (
      <div class="notice failed" role="alert">
        <p>{pageFailed}</p>
        <p>{describeError(this.state.error)}</p>
        <button type="button" onClick={() => location.reload()}>
          {reload}
        </button>
      </div>
    );
  }
}
