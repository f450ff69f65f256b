import { Component, type ComponentChildren } from "preact";
import { describeError } from "./describe-error.ts";
import { shellTexts } from "./text/shell.ts";

/** A new version of the console may have replaced what this one would load. */
export const PageFailed = ({ error }: { error: unknown }) => {
  const { pageFailed, reload } = shellTexts.value;
  return (
    <div class="notice failed" role="alert">
      <p>{pageFailed}</p>
      <p>{describeError(error)}</p>
      <button type="button" onClick={() => location.reload()}>
        {reload}
      </button>
    </div>
  );
};

/** Shows that a page failed, so that the others still work. */
export class PageBoundary extends Component<{ children: ComponentChildren }, { error: unknown }> {
  override state = { error: undefined };

  static override getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    return error === undefined ? this.props.children : <PageFailed error={error} />;
  }
}
