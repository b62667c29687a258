import { LitElement } from 'lit'

/**
 * Base of our elements. They render into the page itself, not into a shadow root: labels, hints and errors refer to
 * each other by id, and one linked style sheet serves all.
 */
export class PageElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this
  }
}
