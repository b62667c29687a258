import { CodeActionKind, type Disposable, languages, type TextDocument, workspace } from 'vscode'
import type { Services } from '../commands/command.ts'
import { settings } from '../contributions.ts'
import { underlineProblems } from './diagnostics.ts'
import type { LanguageFeatures } from './languageFeatures.ts'
import { followLenses } from './lensChanges.ts'
import { isEdited, kindOf } from './openFiles.ts'

/** Registers what the editor shows in manifests and `function.yaml`. Nothing is loaded before the first such file. */
export function registerLanguage(
  services: Pick<Services, 'session' | 'openProjects' | 'chosenProject' | 'faults' | 'log'>,
): Disposable[] {
  let loading: Promise<LanguageFeatures> | undefined
  const features = (): Promise<LanguageFeatures> =>
    (loading ??= import('./languageFeatures.ts').then(loaded => loaded.createLanguageFeatures(services)))
  const yaml = { language: 'yaml' }
  const lenses = followLenses(services)
  return [
    lenses,
    languages.registerCodeLensProvider(yaml, {
      onDidChangeCodeLenses: lenses.onDidChange,
      provideCodeLenses: async document =>
        isEdited(document) && areLensesOn(document) && kindOf(document) !== undefined
          ? (await features()).lenses(document)
          : [],
    }),
    languages.registerHoverProvider(yaml, {
      provideHover: async (document, position) =>
        kindOf(document) === undefined ? undefined : (await features()).hover(document, position),
    }),
    languages.registerCodeActionsProvider(
      yaml,
      {
        provideCodeActions: async (document, range, context) =>
          kindOf(document) === undefined ? [] : (await features()).fixes(document, range, context),
      },
      { providedCodeActionKinds: [CodeActionKind.QuickFix, CodeActionKind.RefactorRewrite] },
    ),
    underlineProblems(
      async document => (await features()).problems(document),
      listener => onTarget(services, listener),
      services.faults,
      services.log,
    ),
  ]
}

const areLensesOn = ({ uri }: TextDocument): boolean =>
  workspace.getConfiguration(undefined, uri).get(settings.codeLens, true)

/** Tells when the project of the window is another one, or becomes known: a choice of an earlier window is read first. */
function onTarget(
  { session, chosenProject }: Pick<Services, 'session' | 'chosenProject'>,
  listener: () => void,
): Disposable {
  let known = chosenProject.project?.id
  const look = (): void => {
    const now = chosenProject.project?.id
    if (now === known) return
    known = now
    listener()
  }
  const listening = [chosenProject.onDidChange(look), session.onDidChangeResources(look)]
  return {
    dispose: () => {
      for (const each of listening) each.dispose()
    },
  }
}
