import { relative } from 'node:path'
import type { Reload } from '../../client/hotReload.ts'
import { faultWords } from '../../scaffold/faultWords.ts'
import { placedError, type SourcePlace } from '../../scaffold/sourcePlace.ts'
import { asHksError } from '../asHksError.ts'
import type { Context } from '../context.ts'

/** How a session of `dev` speaks: sentences on stderr, or with `--json` a line each on stdout. */
export interface DevTeller {
  watching(): void
  /** What a deployment does, where that takes long. */
  doing(message: string): void
  /** What became of a save; `serving` is the revision that takes calls now, 0 for none. */
  reloaded(reload: Reload, serving: number): void
  /** The session is over. `none`: the function is not there. */
  ended(functionIs: 'kept' | 'deleted' | 'none'): void
}

/** What the sentences are about. */
export interface DevSubject {
  readonly place: SourcePlace
  readonly name: string
  readonly project: string
}

/** Speaks through the output of a command. */
export function createDevTeller({ out, cwd, now }: Context, { place, name, project }: DevSubject): DevTeller {
  const tell = (record: Readonly<Record<string, unknown>>, ...sentences: readonly string[]) => {
    if (out.format === 'json') out.record(record, () => '')
    else sentences.forEach(out.say)
  }
  const shown = (path: string) => relative(cwd, path) || '.'
  const stamped = (sentence: string) => `${new Date(now()).toTimeString().slice(0, 8)} ${sentence}`

  return {
    watching: () =>
      tell(
        { type: 'watching', name, project, path: place.path },
        `Watching ${shown(place.path)}. Each save is deployed to ${project} as ${name}; Ctrl-C ends it.`,
      ),
    doing: message => tell({ type: 'progress', name, message }, `${message} …`),
    reloaded: (reload, serving) => {
      const milliseconds = Math.round(reload.milliseconds)
      if (reload.kind === 'serving') {
        const { revision, url } = reload.function
        const sentence = `Revision ${revision} of ${name} serves after ${milliseconds} ms.`
        return tell({ type: 'serving', name, revision, milliseconds, url }, stamped(sentence))
      }
      const error = asHksError(placedError(reload.error, place))
      const { code, message, details = {}, hint } = error
      const at = placeIn(details)
      const said = at === undefined ? message : `${shown(at)}: ${faultWords(error)}`
      const stays = serving === 0 ? 'No revision serves yet.' : `Revision ${serving} goes on serving.`
      // The hint of a source that does not parse says what the last sentence says.
      const hints = hint === undefined || code === 'INVALID_SOURCE' ? [] : [`  ${hint}`]
      tell(
        { type: 'refused', name, code, error: message, details, hint, milliseconds, serving },
        stamped(`error: ${said} (${code})`),
        ...hints,
        `  ${stays}`,
      )
    },
    ended: functionIs => {
      const words = {
        kept: `${name} stays deployed.`,
        deleted: `${name} is deleted.`,
        none: `${name} is not deployed.`,
      }
      tell({ type: 'ended', name, function: functionIs }, words[functionIs])
    },
  }
}

/** `file:line:column`, as terminals make a link of it. */
function placeIn({ file, line, column }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof file !== 'string') return undefined
  return [file, line, column].filter(part => typeof part === 'string' || typeof part === 'number').join(':')
}
