import {
  type DebugAdapterDescriptorFactory,
  DebugAdapterInlineImplementation,
  type DebugConfigurationProvider,
  DebugConfigurationProviderTriggerKind as TriggerKind,
  debug,
  type Disposable,
} from 'vscode'
import type { Services } from '../commands/command.ts'
import { debugType } from '../contributions.ts'

/** Registers the debugger of functions; what it needs is loaded when somebody debugs. */
export function registerDebugger(services: Services): Disposable[] {
  const configurations = async (): Promise<DebugConfigurationProvider> =>
    (await import('./functionConfigurations.ts')).createFunctionConfigurations(services)
  const provider: DebugConfigurationProvider = {
    provideDebugConfigurations: async (...given) => (await configurations()).provideDebugConfigurations?.(...given),
    resolveDebugConfigurationWithSubstitutedVariables: async (...given) =>
      (await configurations()).resolveDebugConfigurationWithSubstitutedVariables?.(...given),
  }
  const factory: DebugAdapterDescriptorFactory = {
    createDebugAdapterDescriptor: async session => {
      const { createDebugAdapter } = await import('./debugAdapter.ts')
      const { createFunctionDebug } = await import('./functionDebug.ts')
      return new DebugAdapterInlineImplementation(
        createDebugAdapter(teller => createFunctionDebug(services, session, teller)),
      )
    },
  }
  return [
    debug.registerDebugConfigurationProvider(debugType, provider, TriggerKind.Initial),
    debug.registerDebugConfigurationProvider(
      debugType,
      { provideDebugConfigurations: provider.provideDebugConfigurations! },
      TriggerKind.Dynamic,
    ),
    debug.registerDebugAdapterDescriptorFactory(debugType, factory),
  ]
}
