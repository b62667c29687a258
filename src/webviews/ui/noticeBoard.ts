import { failure, type Notice, type NoticeAction } from './notice.ts'

/** The notices of a page: one about each thing, the newest last. */
export class NoticeBoard {
  private notices: { readonly about: string; readonly notice: Notice }[] = []
  private readonly changed: () => void

  constructor(changed: () => void) {
    this.changed = changed
  }

  get shown(): readonly Notice[] {
    return this.notices.map(one => one.notice)
  }

  /** Says something about a thing, in place of what was said before; with no notice, nothing any more. */
  tell(about: string, notice: Notice | undefined): void {
    const others = this.notices.filter(one => one.about !== about)
    if (notice === undefined && others.length === this.notices.length) return
    this.notices = notice === undefined ? others : [...others, { about, notice }]
    this.changed()
  }

  /** Does what a button says; a failure is told as `failed` and why, with what helps. */
  async act(failed: string, work: () => Promise<unknown>, helps: () => readonly NoticeAction[]): Promise<void> {
    this.tell('action', undefined)
    try {
      await work()
    } catch (error) {
      this.tell('action', failure(failed, error, helps()))
    }
  }
}
