import { reasonAgainstVscodeHost } from '../../scripts/vscodeHost/installVscodeHost.ts'

/** Skips a suite, with the reason in its title, on a machine for which no VS Code can be installed from npm. */
export function describeInVscode(title: string, define: (this: Mocha.Suite) => void): void {
  const reason = reasonAgainstVscodeHost()
  if (reason !== undefined) describe.skip(`${title} (${reason})`, define)
  else
    describe(title, function () {
      this.timeout(180_000)
      this.slow(60_000)
      define.call(this)
    })
}
