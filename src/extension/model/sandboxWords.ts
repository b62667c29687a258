import type { SandboxStatus } from '../../contract/gateway.ts'
import type { Localize } from './localize.ts'
import { codeMarkdown, escapeMarkdown, joined } from './treeNode.ts'

/** What keeps this machine from a better sandbox, and the command that mends it. */
export interface MendableProblem {
  readonly what: string
  readonly mend: string
}

/** The problems that a command mends. */
export const mendableProblems = ({ problems }: SandboxStatus): readonly MendableProblem[] =>
  problems.flatMap(({ what, mend }) => (mend === undefined ? [] : [{ what, mend }]))

/** The level behind its icon, whose shape says whether there is no better one, such as "$(lock) strict". */
export const sandboxMark = ({ level }: SandboxStatus): string =>
  `${level === 'strict' ? '$(lock)' : '$(unlock)'} ${level}`

/** How functions are kept from the rest of the machine, as one sentence. */
export const sandboxSentence = ({ level }: SandboxStatus, t: Localize): string =>
  level === 'none'
    ? t('Functions run without a sandbox (level none).')
    : t('Functions run in a sandbox of the level {0}.', level)

/** The same with what is missing, for a message and for a screen reader. */
export const sandboxSentences = (sandbox: SandboxStatus, t: Localize): string =>
  joined([sandboxSentence(sandbox, t), ...sandbox.problems.map(({ what }) => what)], ' ')

/** The same with the commands that mend it, as Markdown. */
export const sandboxMarkdown = (sandbox: SandboxStatus, t: Localize): string =>
  joined(
    [
      escapeMarkdown(sandboxSentence(sandbox, t)),
      ...sandbox.problems.map(({ what, mend }) =>
        mend === undefined
          ? escapeMarkdown(what)
          : `${escapeMarkdown(what)} ${escapeMarkdown(t('Mend it with:'))} ${codeMarkdown(mend)}`,
      ),
    ],
    '\n\n',
  )
